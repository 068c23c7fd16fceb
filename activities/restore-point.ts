import type { RestorePointRef } from '../contracts/artifacts.js';
import type { ArtifactStore } from '../engine/artifacts/store.js';
import { readRestorePoint, verifyRestorePoint } from '../engine/backup/restore-points.js';
import { restoreRows } from '../engine/backup/restore-rows.js';
import { setSequences } from '../engine/copy/sequences.js';
import type { ConfirmedTarget } from '../engine/safety/proofs.js';
import { addForeignKeys } from '../engine/schema/add-foreign-keys.js';
import { analyzeTables } from '../engine/schema/analyze-tables.js';
import { applyStatements } from '../engine/schema/apply.js';
import { buildKeys } from '../engine/schema/build-keys.js';
import { createDatabase, dropDatabase } from '../engine/schema/create-database.js';
import { dropEverything } from '../engine/schema/drop.js';
import { refreshMaterializedViews } from '../engine/schema/finish.js';
import { isForeignKey, ofStage } from './stage-artifacts.js';

interface RestoreInput {
  target: ConfirmedTarget;
  point: RestorePointRef;
  artifacts: ArtifactStore;
  signal: AbortSignal;
  onProgress(details: unknown): void;
}

/** Rebuilds the target from its archive: object for object, row for row. The archive is proven sound before anything is dropped. */
export async function restorePoint({ target, point, artifacts, signal, onProgress }: RestoreInput): Promise<void> {
  const archive = await readRestorePoint(artifacts, point);
  if (archive.kind === 'drop database') return dropDatabase(target, { signal });
  await verifyRestorePoint(artifacts, archive, { signal });
  const { statements, sequences, views, encoding } = archive.schema;
  if (!target.exists) await createDatabase(target, { encoding, signal });
  await dropEverything(target, { signal });
  await applyStatements(target, ofStage(statements, 'pre-data'), { signal, onProgress });
  await restoreRows({ target, archive, artifacts, signal, onProgress });
  await buildKeys(target, ofStage(statements, 'keys'), { signal, onProgress });
  await addForeignKeys(target, statements.filter(isForeignKey), { signal, onProgress });
  await applyStatements(
    target,
    ofStage(statements, 'finish').filter((statement) => !isForeignKey(statement)),
    {
      signal,
      onProgress,
    },
  );
  await setSequences(target, sequences, { signal });
  await refreshMaterializedViews(target, views, { signal });
  await analyzeTables(target, { signal });
}
