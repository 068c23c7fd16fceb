import type { TablePlan } from '../../contracts/plan.js';
import type { RelationName } from '../../contracts/relations.js';
import { type CopyTablesInput, copyTables } from '../../engine/copy/copy-tables.js';
import { holdSnapshot } from '../../engine/copy/hold-snapshot.js';
import { prepareLedger } from '../../engine/copy/ledger.js';
import type { ConfirmedTarget, ReadOnlySource } from '../../engine/safety/proofs.js';
import { createDatabase, type PostgresMajor, type TestDatabase } from '../support/databases.js';
import { sourceOf, targetOf } from '../support/proofs.js';

type CopyChoices = Partial<
  Pick<
    CopyTablesInput,
    | 'source'
    | 'target'
    | 'tables'
    | 'ranges'
    | 'worker'
    | 'snapshot'
    | 'epoch'
    | 'maskerOf'
    | 'gate'
    | 'signal'
    | 'onProgress'
  >
>;

export interface CopyWorld extends AsyncDisposable {
  from: TestDatabase;
  into: TestDatabase;
  source: ReadOnlySource;
  target: ConfirmedTarget;
  /** Every table of the source, as a plan without masking. */
  tables(wire?: TablePlan['wire']): Promise<TablePlan[]>;
  /** Copies all tables of the first epoch from a snapshot held since the world began, unless told otherwise. */
  copy(choices?: CopyChoices): ReturnType<typeof copyTables>;
  /** Lets go of the snapshot. */
  release(): Promise<void>;
}

/** Two databases of one server, the second with the schema of the first, and a snapshot of the first. */
export async function createCopyWorld(input: {
  major?: PostgresMajor;
  schema: string;
  rows?: string;
}): Promise<CopyWorld> {
  const { schema, rows = '', ...server } = input;
  const from = await createDatabase({ ...server, sql: `${schema}; ${rows}` });
  const into = await createDatabase({ ...server, sql: schema });
  const source = sourceOf(from);
  const target = targetOf(into);
  const held = await heldSnapshot(source);
  const tables = async (wire: TablePlan['wire'] = 'binary') => plansOf(from, wire);
  await prepareLedger(target, { operation: 'clone', epoch: 'first', tables: await tables() });

  return {
    from,
    into,
    source,
    target,
    tables,
    release: held.release,
    copy: async (choices = {}) =>
      copyTables({
        source,
        target,
        tables: choices.tables ?? (await tables()),
        snapshot: held.snapshot,
        epoch: 'first',
        maskerOf: () => undefined,
        ...choices,
      }),
    async [Symbol.asyncDispose]() {
      await held.release();
      await from[Symbol.asyncDispose]();
      await into[Symbol.asyncDispose]();
    },
  };
}

/** A snapshot in other hands, until `release`. */
export async function heldSnapshot(
  source: ReadOnlySource,
): Promise<{ snapshot: string; release(): Promise<void>; ended: Promise<unknown> }> {
  const abort = new AbortController();
  let ended: Promise<unknown> = Promise.resolve();
  const snapshot = await new Promise<string>((resolve, reject) => {
    const onReady = async (exported: string) => resolve(exported);
    ended = holdSnapshot(source, { signal: abort.signal, beatMs: 20, onReady }).catch((error: unknown) => {
      reject(error);
      return error;
    });
  });
  return {
    snapshot,
    ended,
    async release() {
      abort.abort();
      await ended;
    },
  };
}

/** Leaf tables with their columns, as the planner would list them; shapes do not matter to the copy. */
async function plansOf(database: TestDatabase, wire: TablePlan['wire']): Promise<TablePlan[]> {
  const { rows } = await database.run(`
    select n.nspname as schema, c.relname as name,
           coalesce((select json_agg(a.attname order by a.attnum) from pg_attribute a
             where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''), '[]') as columns
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where c.relkind = 'r' and n.nspname not in ('pg_catalog', 'information_schema', 'envclone')
     order by 1, 2`);
  return rows.map(({ schema, name, columns }: RelationName & { columns: string[] }) => ({
    schema,
    name,
    wire,
    columns: columns.map((column) => ({ name: column, shape: { kind: 'scalar', name: 'text' } })),
    estimatedRows: -1,
    sizeBytes: 0,
  }));
}
