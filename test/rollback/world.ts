import { readSchema } from '../../activities/read-schema.js';
import type { RollbackChanges, RollbackParts } from '../../contracts/clone.js';
import { archivedRows } from '../../engine/backup/archived-rows.js';
import type { Archive } from '../../engine/backup/restore-point.js';
import { createRestorePoint, readRestorePoint } from '../../engine/backup/restore-points.js';
import { dropLedger } from '../../engine/copy/ledger.js';
import { type RollBackPartsInput, rollBackParts } from '../../engine/rollback/roll-back-parts.js';
import { rowHashes } from '../support/checksum.js';
import { createDatabase, databaseUrl, type PostgresMajor, type TestDatabase } from '../support/databases.js';
import { targetOf } from '../support/proofs.js';
import { createStore } from '../support/stores.js';

export interface RollbackWorld extends AsyncDisposable {
  database: TestDatabase;
  archive: Archive;
  /** Where its files are. */
  directory: string;
  /** Takes parts back, and removes the mark that says so. */
  rollBack(parts: RollbackParts, input?: Partial<RollBackPartsInput>): Promise<RollbackChanges>;
  /** Every definition and every row, as they are now. */
  state(): Promise<{ statements: Record<string, string>; rows: Record<string, string> }>;
  /** Only tries it. */
  tryRollback(parts: RollbackParts): Promise<RollbackChanges>;
}

/** A database with a restore point of what `sql` made; `later` happened after it. */
export async function createRollbackWorld({
  major = 15,
  sql,
  later = '',
  login,
}: {
  major?: PostgresMajor;
  sql: string;
  later?: string;
  /** A role that rolls back; default: the superuser. */
  login?: { user: string; password: string };
}): Promise<RollbackWorld> {
  const database = await createDatabase({ major, sql });
  const stored = await createStore('directory');
  const artifacts = stored.store;
  const target = targetOf(login ? { ...database, url: databaseUrl(database.url, database.name, login) } : database);
  const point = { environment: 'target', id: 'point' };
  const superuser = targetOf(database);
  await createRestorePoint({
    from: superuser,
    schema: await readSchema(superuser),
    point,
    operation: 'clone',
    artifacts,
  });
  const archive = await readRestorePoint(artifacts, point);
  if (archive.kind !== 'archive') throw new Error('not an archive');
  if (later) await database.run(later);

  const roll = async (
    parts: RollbackParts,
    restorePoint: string | undefined,
    input: Partial<RollBackPartsInput> = {},
  ) =>
    rollBackParts({
      target,
      present: await readSchema(target),
      wanted: archive.schema,
      rows: archivedRows(artifacts, archive),
      parts,
      operation: 'rollback',
      restorePoint,
      ...input,
    });
  return {
    database,
    archive,
    directory: stored.directory,
    async rollBack(parts, input) {
      const changes = await roll(parts, 'before', input);
      await dropLedger(target);
      return changes;
    },
    state: () => stateOf(database),
    tryRollback: (parts) => roll(parts, undefined),
    async [Symbol.asyncDispose]() {
      await database[Symbol.asyncDispose]();
      await stored[Symbol.asyncDispose]();
    },
  };
}

async function stateOf(
  database: TestDatabase,
): Promise<{ statements: Record<string, string>; rows: Record<string, string> }> {
  const { statements } = await readSchema(targetOf(database));
  const texts = statements.map(({ kind, name, sql }) => [`${kind} ${name}`, sql] as const);
  return {
    statements: Object.fromEntries([...texts].sort(([a], [b]) => (a < b ? -1 : 1))),
    rows: await rowHashes(database.url),
  };
}
