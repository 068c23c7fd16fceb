import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { TablePlan } from '../../contracts/plan.js';
import type { TableDefinition } from '../../contracts/schema.js';
import { keyRanges, type SplitKey, splitTable } from '../../engine/plan/chunks.js';
import { planUnits } from '../../engine/plan/copy-units.js';
import { readSplitKeys } from '../../engine/plan/split-keys.js';
import { analyze } from '../catalog/world.js';
import { createCopyWorld } from '../copy/world.js';
import { createDatabase, type TestDatabase } from '../support/databases.js';
import { sourceOf } from '../support/proofs.js';
import { rule, rulesOf } from './builders.js';

const GIBIBYTE = 1024 ** 3;

test('on PostgreSQL 13 a table arrives whole, and each row once, by ranges of its key', async () => {
  await using world = await createCopyWorld({
    major: 13,
    schema: 'create table facts (id bigint primary key, note text)',
    rows: `
      insert into facts select i * i - 5000, repeat('x', 200) from generate_series(1, 20000) i;
      delete from facts where id % 7 = 0;
      analyze facts;
      insert into facts values (-9e18, 'before'), (9e18, 'after'), (7, 'between')`,
  });
  const keys = await keysOf(world.from);
  const [table] = await world.tables();
  const units = planUnits([{ ...(table as TablePlan), sizeBytes: 10 * GIBIBYTE }], keys);

  for (const { tables, ranges } of units) await world.copy({ tables, ranges });

  expect(units.flatMap(({ ranges }) => ranges)).toHaveLength(40);
  const rows = "select count(*) || md5(string_agg(f::text, ',' order by id)) from facts f";
  expect(await world.into.column(rows)).toEqual(await world.from.column(rows));
});

test('the ranges of a key have about as many rows each, and are read by its index', async () => {
  await using database = await createDatabase({
    major: 13,
    sql: `
      create table facts (id uuid primary key, note text);
      insert into facts select lpad(to_hex(i::bigint * i), 32, '0')::uuid, repeat('x', 200) from generate_series(1, 20000) i;
      analyze facts`,
  });
  const key = (await keysOf(database)).get('public.facts') as SplitKey;
  for (const { where } of keyRanges(key, 20)) {
    const [rows = 0] = await database.column<number>(`select count(*)::int from only facts where ${where}`);
    expect(Math.abs(rows - 1000)).toBeLessThan(300);
    const plan = await database.column(`explain select id, note from only facts where ${where}`);
    expect(plan[0]).toMatch(/Index Scan|Bitmap Heap Scan/);
  }
});

test('a table is split by its own key alone, and only where the rows lie in its order', async () => {
  const create = (name: string, id: string, rows = 'i') => `
    create table ${name} (id ${id}, note int);
    insert into ${name} select ${rows}, i from generate_series(1, 1000) i;
    analyze ${name}`;
  await using database = await createDatabase({
    major: 13,
    sql: [
      create('numbers', 'int primary key'),
      create('backwards', 'int not null unique', '-i'),
      create('shuffled', 'uuid primary key', 'md5(i::text)::uuid'),
      create('texts', 'text primary key', "lpad(i::text, 5, '0')"),
      create('days', 'date primary key', "date '1950-01-01' + i"),
      create('nullable', 'int unique'),
      create('keyless', 'int not null'),
      create('pairs', 'int not null'),
      create('masked', 'int primary key'),
      'create table unseen (id int primary key)',
      'create unique index on keyless (id) where id > 5',
      'create unique index on pairs (id, note)',
    ].join(';'),
  });

  const keys = await keysOf(database, rulesOf({ 'public.masked': { id: rule('mask') } }));

  expect([...keys.keys()]).toEqual(['public.backwards', 'public.numbers']);
  expect(keys.get('public.backwards')).toMatchObject({ column: 'id', type: 'integer' });
});

test('where pages can be read alone, no key is looked for', async () => {
  await using database = await createDatabase({
    major: 17,
    sql: 'create table facts (id int primary key); insert into facts select generate_series(1, 1000); analyze facts',
  });
  expect((await keysOf(database)).size).toBe(0);
});

test('ranges of any key and number hold every value once, and in order', () => {
  const values = fc.array(fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n), { minLength: 1, maxLength: 30 });
  fc.assert(
    fc.property(values, fc.integer({ min: 1, max: 200 }), (drawn, count) => {
      const bounds = drawn.sort((a, b) => (a < b ? -1 : 1)).map(String);
      const ranges = keyRanges({ column: 'id', type: 'bigint', bounds }, count);
      const cuts = ranges.slice(1).map(({ where }) => BigInt(/>= '(-?\d+)'/.exec(where)?.[1] ?? ''));
      const ends = ranges.slice(0, -1).map(({ where }) => BigInt(/< '(-?\d+)'/.exec(where)?.[1] ?? ''));
      expect(cuts).toEqual(ends);
      expect(cuts.every((cut, at) => at === 0 || cut > (cuts[at - 1] ?? 0n))).toBe(true);
      expect(ranges.map(({ chunk }) => chunk)).toEqual([...ranges.keys()]);
    }),
  );
});

test('a table whose rows are routed or filtered is not split by its key either', () => {
  const key: SplitKey = { column: 'id', type: 'integer', bounds: ['1', '1000'] };
  const table: TablePlan = {
    ...{ schema: 'public', name: 'facts', columns: [], wire: 'binary', estimatedRows: 0 },
    sizeBytes: 10 * GIBIBYTE,
  };
  expect(splitTable(table, key)?.length).toBeGreaterThanOrEqual(8);
  expect(splitTable({ ...table, into: { schema: 'public', name: 'root' } }, key)).toBeUndefined();
  expect(splitTable({ ...table, where: 'id > 5' }, key)).toBeUndefined();
  expect(splitTable({ ...table, sizeBytes: GIBIBYTE - 1 }, key)).toBeUndefined();
});

/** The keys of a database's tables, were they big. */
async function keysOf(database: TestDatabase, { rules } = rulesOf({})): Promise<Map<string, SplitKey>> {
  const schema = await analyze(database);
  const tables = schema.tables.map((table): TableDefinition => ({ ...table, sizeBytes: 10 * GIBIBYTE }));
  return readSplitKeys(sourceOf(database), { tables, rules });
}
