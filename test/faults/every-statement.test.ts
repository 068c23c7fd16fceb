import { expect, test } from 'vitest';
import { createDataAnonymizer } from '../../engine/anonymizer/data-anonymizer.js';
import type { CopyTablesInput } from '../../engine/copy/copy-tables.js';
import { type CopyWorld, createCopyWorld } from '../copy/world.js';
import { rowHashes } from '../support/checksum.js';
import type { TestDatabase } from '../support/databases.js';
import { type Fate, startPostgresProxy } from '../support/postgres-proxy.js';
import { sourceOf, targetOf } from '../support/proofs.js';

const TABLES = {
  unit: 'a frozen, a masked and a small table',
  schema: `
    create table large (id int, note text);
    create table people (id int, email text);
    create table small (id int, note text)`,
  rows: `
    insert into large select n, repeat(md5(n::text), 8) from generate_series(1, 4000) n;
    insert into people select n, 'person' || n || '@example.org' from generate_series(1, 20) n;
    insert into small select n, 'note' from generate_series(1, 20) n`,
  ranges: undefined,
};

const RANGES = {
  unit: 'three ranges of a table',
  schema: 'create table ranged (id int, note text)',
  rows: `insert into ranged select n, repeat('x', 1000) from generate_series(1, 40) n`,
  ranges: [
    { chunk: 0, where: "ctid < '(2,0)'" },
    { chunk: 1, where: "ctid >= '(2,0)' and ctid < '(4,0)'" },
    { chunk: 2, where: "ctid >= '(4,0)'" },
  ],
};

const CUTS = [
  { cut: 'before', server: 'told' },
  { cut: 'before', server: 'left' },
  { cut: 'after', server: 'told' },
  { cut: 'after', server: 'left' },
] as const;

test.each([
  { ...TABLES, side: 'target', includes: 'freeze' },
  { ...TABLES, side: 'source', includes: 'people' },
  { ...RANGES, side: 'target', includes: 'ranged' },
  { ...RANGES, side: 'source', includes: "ctid >= '(4,0)'" },
] as const)(
  'a copy of $unit, cut off at any statement to its $side and tried again, has each row once',
  async ({ schema, rows, ranges, side, includes }) => {
    await using world = await createCopyWorld({ schema, rows });
    const unit = { ...(await maskedTables(world)), ranges };
    const { statements } = await copyThroughProxy(world, { unit, side });
    const complete = await stateOf(world.into);
    expect(statements).toContainEqual(expect.stringContaining(includes));
    expect(complete.parts).toHaveLength(3);
    expect({ ...complete.rows, people: '' }).toEqual({ ...(await rowHashes(world.from.url)), people: '' });

    for (const [at, statement] of statements.entries()) {
      for (const cut of CUTS) {
        const moment = `${cut.cut} statement ${at}, ${statement}; the server ${cut.server}`;
        await world.into.run(`truncate envclone.copied, ${Object.keys(complete.rows)}`);

        await using attempt = await copyThroughProxy(world, { unit, side, at, cut });
        const failed = statement === 'terminate' ? undefined : expect.objectContaining({ code: 'CONNECTION_FAILED' });
        expect(attempt.failure, moment).toEqual(failed);
        if (cut.server === 'told') await expectPartsWhole(world.into, moment);
        await world.copy(unit);

        expect(await stateOf(world.into), moment).toEqual(complete);
      }
    }
  },
  120_000,
);

type Unit = Pick<CopyTablesInput, 'tables' | 'ranges' | 'maskerOf'>;

/** Every table of the world with its size, and a rule for its e-mail addresses. */
async function maskedTables({ from, tables }: CopyWorld): Promise<Unit> {
  const anonymizer = createDataAnonymizer({ key: new Uint8Array(32).fill(7) });
  const rule = { type: 'email', domain: 'email', isUnique: false, preserveFormat: false } as const;
  const sizes = await from.run(`select relname, pg_relation_size(oid)::int as size from pg_class where relkind = 'r'`);
  const sizeByName = new Map<string, number>(sizes.rows.map(({ relname, size }) => [relname, size]));
  return {
    maskerOf: (table) => anonymizer.compile(table),
    tables: (await tables()).map((table) => ({
      ...table,
      sizeBytes: sizeByName.get(table.name) ?? 0,
      columns: table.columns.map((column) => (column.name === 'email' ? { ...column, rule } : column)),
    })),
  };
}

interface ThroughProxy {
  unit: Unit;
  /** Whose session has the proxy in between. */
  side: 'source' | 'target';
  /** The statement that is cut off, by its number. Absent: none. */
  at?: number;
  cut?: Fate;
}

interface Attempt extends AsyncDisposable {
  /** What the session was asked; of the rows of one COPY only the first. */
  statements: string[];
  failure: unknown;
}

/** Copies once. A server that was not told of the cut has its session until the attempt is disposed. */
async function copyThroughProxy(world: CopyWorld, { unit, side, at, cut = 'pass' }: ThroughProxy): Promise<Attempt> {
  const statements: string[] = [];
  let last = '';
  const { name, url } = side === 'source' ? world.from : world.into;
  const proxy = await startPostgresProxy(url, (statement) => {
    const isCounted = statement !== 'rows' || last !== 'rows';
    last = statement;
    return isCounted && statements.push(statement) - 1 === at ? cut : 'pass';
  });
  const database = { name, url: proxy.url };
  const ends = side === 'source' ? { source: sourceOf(database) } : { target: targetOf(database) };
  const failure = await world.copy({ ...unit, ...ends }).then(
    () => undefined,
    (error: unknown) => error,
  );
  return { statements, failure, [Symbol.asyncDispose]: () => proxy[Symbol.asyncDispose]() };
}

/** Number and hash of each table's rows, and what the ledger has. */
async function stateOf({ url, column }: TestDatabase): Promise<{ rows: Record<string, string>; parts: string[] }> {
  const { 'envclone.copied': _, 'envclone.operation': __, ...rows } = await rowHashes(url);
  return {
    rows,
    parts: await column(`select concat_ws(' ', table_name, chunk, rows) from envclone.copied order by 1`),
  };
}

/** With no copier left, the target has the rows that its ledger says, and no others. */
async function expectPartsWhole(into: TestDatabase, moment: string): Promise<void> {
  await into.run(`
    select pg_terminate_backend(pid, 10000) from pg_stat_activity
     where datname = current_database() and application_name like 'envclone:%copy-write'`);
  const { rows, parts } = await stateOf(into);
  for (const [table, hash] of Object.entries(rows)) {
    const entered = parts.map((part) => part.split(' ')).filter(([name]) => name === table);
    const sum = entered.reduce((total, [, , count]) => total + Number(count), 0);
    expect(Number(hash.split(' ')[0]), `${table}, ${moment}`).toBe(sum);
  }
}
