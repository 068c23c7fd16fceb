import type { RestorePointRef } from '../contracts/artifacts.js';
import type { SchemaStatement } from '../contracts/schema.js';
import type { ArtifactStore } from '../engine/artifacts/store.js';
import { readRestorePoint, verifyRestorePoint } from '../engine/backup/restore-points.js';
import { restoreRows } from '../engine/backup/restore-rows.js';
import { dropLedger } from '../engine/copy/ledger.js';
import { setSequences } from '../engine/copy/sequences.js';
import { markUnfinished } from '../engine/copy/unfinished.js';
import { readKeptExtensions } from '../engine/postgres/kept-extensions.js';
import type { ConfirmedTarget } from '../engine/safety/proofs.js';
import { addForeignKeys } from '../engine/schema/add-foreign-keys.js';
import { analyzeTables } from '../engine/schema/analyze-tables.js';
import { applyStatements, withoutPrivilegesOn } from '../engine/schema/apply.js';
import { buildKeys } from '../engine/schema/build-keys.js';
import { createDatabase, dropDatabase } from '../engine/schema/create-database.js';
import { dropEverything } from '../engine/schema/drop.js';
import { refreshMaterializedViews } from '../engine/schema/finish.js';
import { isForeignKey, ofStage } from './stage-artifacts.js';

interface RestoreInput {
  target: ConfirmedTarget;
  point: RestorePointRef;
  /** Whose restore point leads back while the target is in pieces. */
  operation: string;
  artifacts: ArtifactStore;
  signal: AbortSignal;
  onProgress(details: unknown): void;
}

/** Rebuilds the target from its archive: object for object, row for row. The archive is proven sound before anything is dropped. */
export async function restorePoint({
  target,
  point,
  operation,
  artifacts,
  signal,
  onProgress,
}: RestoreInput): Promise<void> {
  const archive = await readRestorePoint(artifacts, point);
  if (archive.kind === 'drop database') return dropDatabase(target, { signal });
  await verifyRestorePoint(artifacts, archive, { signal });
  const { extensions, sequences, views, encoding } = archive.schema;
  if (!target.exists) await createDatabase(target, { encoding, signal });
  await dropEverything(target, {
    beforeDrop: () => markUnfinished(target, { operation, restorePoint: operation, signal }),
    signal,
  });
  const kept = await readKept(target, signal);
  const statements = withoutPrivilegesOn(archive.schema.statements, extensions, kept).filter(
    (statement) => !isOfLedger(statement),
  );
  await applyStatements(target, ofStage(statements, 'pre-data'), { signal, onProgress });
  await restoreRows({ target, archive, artifacts, signal, onProgress });
  await buildKeys(target, ofStage(statements, 'keys'), { signal, onProgress });
  await addForeignKeys(target, statements.filter(isForeignKey), { signal, onProgress });
  const finish = ofStage(statements, 'finish').filter((statement) => !isForeignKey(statement));
  await applyStatements(
    target,
    finish.filter((statement) => !isOfEventTrigger(statement)),
    { signal, onProgress },
  );
  await setSequences(target, sequences, { signal });
  await refreshMaterializedViews(target, views, { signal });
  await analyzeTables(target, { signal });
  await dropLedger(target, { signal });
  await applyStatements(target, finish.filter(isOfEventTrigger), { signal, onProgress });
}

async function readKept(target: ConfirmedTarget, signal: AbortSignal): Promise<string[]> {
  await using session = await target.connect({ purpose: 'restore-schema', signal });
  return await readKeptExtensions(session);
}

/** They come last: whatever acts on drops would act on that of the ledger, or refuse it. */
function isOfEventTrigger({ kind, name }: SchemaStatement): boolean {
  return kind.startsWith('event trigger') || name.startsWith('event trigger ');
}

/** Archives of an earlier version may hold what a terminated clone left. */
function isOfLedger({ kind, name, relation }: SchemaStatement): boolean {
  if (kind === 'schema') return name === 'envclone';
  return relation?.schema === 'envclone' || /(?:^| )(?:schema envclone\b|envclone\.)/.test(name);
}
