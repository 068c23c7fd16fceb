import { availableParallelism } from 'node:os';
import { type RelationName, relationLabel } from '../../contracts/relations.js';
import type { SchemaStatement } from '../../contracts/schema.js';
import { inLanes } from '../postgres/lanes.js';
import type { Session } from '../postgres/session.js';
import type { ConfirmedTarget } from '../safety/proofs.js';
import { batchesOf } from './apply.js';
import { endEarlierAttempt } from './earlier-attempt.js';
import { type KeyBuild, planKeys } from './key-plan.js';
import { readKeyStates } from './key-state.js';
import { readKeyStatements } from './key-statement.js';
import { applyBatch, openSchemaSession, schemaFailure } from './schema-session.js';

export interface BuildKeysOptions {
  signal?: AbortSignal;
  /** Called with the number of statements done. */
  onProgress?(done: number): void;
  /** Sessions that build at the same time. Default: one a core, 4 at most. */
  connections?: number;
  /** The indexes of tables smaller than this are built many a transaction, on one session. Default 8 MB. */
  smallTableBytes?: number;
}

const SMALL_TABLE_BYTES = 8 * 1024 * 1024;

/** Sessions for work on a server whose cores are not known: as many as this machine has, which is often the same. */
export function defaultConnections(): number {
  return Math.min(availableParallelism(), 4);
}

/**
 * Runs the statements of stage `keys` of tables whose rows have landed: indexes side by side, also those of primary keys and unique
 * constraints; then, in their order, what needs them. What an earlier attempt made stays.
 * @throws SchemaError `SCHEMA_STATEMENT_FAILED`, DataError `CONSTRAINT_VIOLATED`, both with kind and name of the object
 */
export async function buildKeys(
  target: ConfirmedTarget,
  statements: readonly SchemaStatement[],
  {
    signal,
    onProgress,
    connections = defaultConnections(),
    smallTableBytes = SMALL_TABLE_BYTES,
  }: BuildKeysOptions = {},
): Promise<void> {
  if (statements.length === 0) return;
  const purpose = { purpose: 'keys', ...(signal && { signal }) };
  await using session = await openSchemaSession(target, purpose);
  const keys = await readKeyStatements(statements);
  const tables = relationsOf(statements);
  await endEarlierAttempt(session, tables);
  const plan = planKeys(statements, { keys, states: await readKeyStates(session, tables), smallTableBytes });

  let done = plan.existing;
  const count = (statements: number) => {
    done += statements;
    onProgress?.(done);
  };
  const lanes = Math.min(connections, plan.builds.length);
  const settings = buildSettings(lanes);
  await session.query([settings, ...plan.drops].join(';\n')).catch((error: unknown) => {
    throw schemaFailure(error, session, 'dropping indexes that are not valid');
  });
  await inLanes({
    tasks: plan.builds,
    session,
    lanes,
    connect: () => openSchemaSession(target, { ...purpose, settings }),
    async work(own, build) {
      await runBuild(own, build);
      count(build.counted);
    },
  });
  signal?.throwIfAborted();
  for (const batch of batchesOf(plan.rest)) {
    await applyBatch(session, batch, { tolerateExisting: true });
    signal?.throwIfAborted();
    count(batch.length);
  }
}

function relationsOf(statements: readonly SchemaStatement[]): RelationName[] {
  const relations = new Map<string, RelationName>();
  for (const { relation } of statements) if (relation) relations.set(relationLabel(relation), relation);
  return [...relations.values()];
}

async function runBuild(session: Session, { statements, isSort }: KeyBuild): Promise<void> {
  await session.query(isSort ? SORT_MEMORY : 'reset maintenance_work_mem');
  await applyBatch(session, statements, { tolerateExisting: true });
}

/**
 * For btree, which sorts. CPU for 2 M rows on 15 and 17, as a share of that with 64 MB, over five kinds of columns: 16 MB 0.9 to 1.2 (worst: text
 * with ICU), 256 MB 0.8 to 1.0, 1 GB 0.8 to 1.1; and many sessions share the server. Other access methods keep the server's setting: GIN was
 * faster the more it had.
 */
const SORT_MEMORY = `set maintenance_work_mem = '64MB'`;

/** Cores that no session keeps busy help the others. These commits reach the disk with the next that waits for it: ANALYZE, foreign keys. */
function buildSettings(lanes: number): string {
  const workers = Math.floor(availableParallelism() / Math.max(1, lanes)) - 1;
  return `set synchronous_commit = off; set max_parallel_maintenance_workers = ${Math.max(0, workers)}`;
}
