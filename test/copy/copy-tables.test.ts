import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { readLedger } from '../../engine/copy/ledger.js';
import { pageRanges } from '../../engine/plan/chunks.js';
import { sourceOf } from '../support/proofs.js';
import { createCopyWorld } from './world.js';

const people = 'create table people (id int, email text, city text)';

test('rows written after the snapshot are not in the copy, and rows deleted after it are', async () => {
  await using world = await createCopyWorld({
    schema: people,
    rows: `insert into people values (1, 'a', 'Oran'), (2, 'b', 'Alger')`,
  });
  await world.from.run(
    `insert into people values (3); delete from people where id = 1; update people set city = '' where id = 2`,
  );
  await world.copy();
  expect(await world.into.column('select p::text from people p order by id')).toEqual(['(1,a,Oran)', '(2,b,Alger)']);
});

test('names in any script, with quotes, dots and spaces, are copied', async () => {
  await using world = await createCopyWorld({
    schema: `create schema "Mes.Données ""x"""; create table "Mes.Données ""x"""."حجز \\ réservé'e" ("select" int, "Prénom.2" text, "a""b" text)`,
    rows: `insert into "Mes.Données ""x"""."حجز \\ réservé'e" values (1, 'Zoé', 'q')`,
  });
  const totals = await world.copy({
    tables: await world.tables('text'),
    maskerOf: () => ({ columns: [undefined, () => 'masked', undefined] }),
  });
  expect(totals).toEqual([
    {
      table: `Mes.Données "x".حجز \\ réservé'e`,
      rows: 1,
      bytes: 11,
      maskedValues: { 'Prénom.2': 1 },
      keptRows: 0,
      milliseconds: expect.any(Number),
    },
  ]);
  expect(await world.into.column(`select t::text from "Mes.Données ""x"""."حجز \\ réservé'e" t`)).toEqual([
    '(1,masked,q)',
  ]);
});

test.each(['binary', 'text'] as const)(
  'tables without columns of their own keep their rows over the %s wire',
  async (wire) => {
    await using world = await createCopyWorld({
      schema: 'create table a_empty (); create table b_generated (a int generated always as (1) stored)',
      rows: 'insert into a_empty default values; insert into a_empty default values; insert into b_generated default values',
    });
    const totals = await world.copy({ tables: await world.tables(wire) });
    expect(totals.map(({ rows }) => rows)).toEqual([2, 1]);
    expect(await world.into.column('select a from b_generated')).toEqual([1]);
    expect(await world.into.column('select count(*)::int from a_empty')).toEqual([2]);
  },
);

test('generated columns are computed again and identities kept', async () => {
  await using world = await createCopyWorld({
    schema:
      'create table t (id int generated always as identity (start with 40), twice int generated always as (id * 2) stored, note text)',
    rows: `insert into t (note) values ('x'), ('y')`,
  });
  await world.copy();
  expect(await world.into.column('select t::text from t order by id')).toEqual(['(40,80,x)', '(41,82,y)']);
});

test('the rows of children are copied once, as their own', async () => {
  await using world = await createCopyWorld({
    schema: 'create table a_parent (id int); create table b_child () inherits (a_parent)',
    rows: 'insert into a_parent values (1); insert into b_child values (2)',
  });
  await world.copy();
  expect(await world.into.column('select id from a_parent order by id')).toEqual([1, 2]);
  expect(await world.into.column('select id from only a_parent')).toEqual([1]);
});

test('rows of a partition that are written to its root land where their masked key belongs', async () => {
  await using world = await createCopyWorld({
    schema: `create table root (k text) partition by list (k); create table p_a partition of root for values in ('a');
             create table p_b partition of root for values in ('b')`,
    rows: `insert into root values ('a'), ('a'), ('b')`,
  });
  const tables = (await world.tables('text')).map((table) => ({ ...table, into: { schema: 'public', name: 'root' } }));
  await world.copy({ tables, maskerOf: () => ({ columns: [(value) => (value === 'a' ? 'b' : 'a')] }) });
  expect(await world.into.column('select tableoid::regclass::text from root order by 1')).toEqual([
    'p_a',
    'p_b',
    'p_b',
  ]);
});

test.each(['where id > 10', 'id > 10'])('only the rows of %j are copied', async (where) => {
  await using world = await createCopyWorld({ schema: people, rows: 'insert into people values (1), (11)' });
  const [table] = await world.tables();
  await world.copy({ tables: [{ ...table, where }] as never });
  expect(await world.into.column('select id from people')).toEqual([11]);
});

test('masked values are counted by column, NULLs not among them', async () => {
  await using world = await createCopyWorld({
    schema: people,
    rows: `insert into people values (1, 'a@x', 'Oran'), (2, null, 'Alger'), (3, 'c@x', null)`,
  });
  const [totals] = await world.copy({
    tables: await world.tables('text'),
    maskerOf: () => ({ columns: [undefined, (value) => `masked-${value.length}`, () => null] }),
  });
  expect(totals).toMatchObject({ rows: 3, maskedValues: { email: 2, city: 2 } });
  expect(await world.into.column('select p::text from people p order by id')).toEqual([
    '(1,masked-3,)',
    '(2,,)',
    '(3,masked-3,)',
  ]);
});

test('masking 100 MB of rows needs no more memory than masking a few', async () => {
  await using world = await createCopyWorld({
    schema: people.replace('create', 'create unlogged'),
    rows: `insert into people select i, 'person' || i || '@example.org', repeat('x', 500) from generate_series(1, 200000) i`,
  });
  const before = process.memoryUsage().rss;
  let peak = 0;
  const [totals] = await world.copy({
    tables: await world.tables('text'),
    maskerOf: () => ({ columns: [undefined, (value) => `user${value.length}@test.local`, undefined] }),
    onProgress: () => {
      peak = Math.max(peak, process.memoryUsage().rss);
    },
  });
  expect(totals).toMatchObject({ rows: 200_000, maskedValues: { email: 200_000 } });
  expect(await world.into.column(`select count(*)::int from people where email like '%@test.local'`)).toEqual([
    200_000,
  ]);
  expect(peak).toBeGreaterThan(0);
  expect((peak - before) / 2 ** 20).toBeLessThan(75);
});

test('a row that breaks a constraint names the constraint and never the row', async () => {
  await using world = await createCopyWorld({
    schema: `create table people (id int, email text constraint no_masked check (email <> 'masked'))`,
    rows: `insert into people select i, 'secret' from generate_series(1, 50000) i`,
  });
  const copying = world.copy({
    tables: await world.tables('text'),
    maskerOf: () => ({ columns: [undefined, () => 'masked'] }),
  });
  await expect(copying).rejects.toMatchObject({
    code: 'CONSTRAINT_VIOLATED',
    message: expect.stringMatching(/copying public\.people.*no_masked/),
  });
  await expect(copying).rejects.not.toMatchObject({ message: expect.stringMatching(/secret|Failing row/) });
});

test('a value that its column cannot hold fails the copy and frees both sessions', async () => {
  await using world = await createCopyWorld({
    schema: 'create table people (id int, email varchar(8))',
    rows: `insert into people select i, 'short' from generate_series(1, 50000) i`,
  });
  const copying = world.copy({
    tables: await world.tables('text'),
    maskerOf: () => ({ columns: [undefined, () => 'longer than eight'] }),
  });
  await expect(copying).rejects.toMatchObject({ code: 'COPY_FAILED', message: expect.stringContaining('too long') });
  await sleep(100);
  const left = `select count(*)::int from pg_stat_activity where application_name like 'envclone:copy%' and datname = current_database()`;
  expect([await world.from.column(left), await world.into.column(left)]).toEqual([[0], [0]]);
});

test('a generator that fails stops the copy without telling the target what it failed on', async () => {
  await using world = await createCopyWorld({ schema: people, rows: `insert into people values (1, 'secret')` });
  const copying = world.copy({
    tables: await world.tables('text'),
    maskerOf: () => ({
      columns: [
        undefined,
        (value) => {
          throw new Error(value);
        },
        undefined,
      ],
    }),
  });
  await expect(copying).rejects.toMatchObject({
    code: 'GENERATOR_FAILED',
    message: expect.not.stringContaining('secret'),
  });
});

test.each([
  ['hides rows from its reader fails instead of copying fewer', 'using (id = 1)', { code: 'PRIVILEGE_MISSING' }],
  ['shows its reader every row is copied whole', 'using (true)', [{ rows: 2 }]],
])('a table whose policy %s', async (_, policy, outcome) => {
  await using world = await createCopyWorld({
    schema: people,
    rows: `insert into people values (1), (2); alter table people enable row level security; create policy p on people ${policy}`,
  });
  const role = `reader_${world.from.name}`;
  await world.from.run(`create role ${role} login password 'p'; grant select on people to ${role}`);
  try {
    const url = new URL(world.from.url);
    [url.username, url.password] = [role, 'p'];
    const source = sourceOf({ name: world.from.name, url: url.toString() });
    expect(await world.copy({ source } as never).catch((error: unknown) => error)).toMatchObject(outcome);
  } finally {
    await world.from.run(`drop owned by ${role}; drop role ${role}`);
  }
});

test('the ledger tells what was copied', async () => {
  await using world = await createCopyWorld({ schema: people, rows: 'insert into people values (1)' });
  const tables = await world.copy();
  await using session = await world.into.session();
  expect(await readLedger(session)).toMatchObject({ operation: 'clone', epoch: 'first', isReady: true, tables });
});

test('each range of a table is copied once, whoever takes it, and the ledger names them', async () => {
  await using world = await createCopyWorld({
    schema: 'create table facts (id integer, filler text)',
    rows: `insert into facts select i, repeat('x', 200) from generate_series(1, 3000) i`,
  });
  const tables = await world.tables();
  const ranges = pageRanges(80, 5);
  const [first, second] = await Promise.all([
    world.copy({ tables, ranges: ranges.slice(0, 2), worker: 'one' }),
    world.copy({ tables, ranges: ranges.slice(2), worker: 'two' }),
  ]);
  await world.copy({ tables, ranges, worker: 'three' });

  expect((first[0]?.rows ?? 0) + (second[0]?.rows ?? 0)).toBe(3000);
  expect(await world.into.column('select count(*)::int from (select distinct id from facts) f')).toEqual([3000]);
  expect(await world.into.column('select count(*)::int from facts')).toEqual([3000]);
  await using session = await world.into.session();
  expect(await readLedger(session)).toMatchObject({
    workers: ['one', 'two'],
    tables: [{ table: 'public.facts', rows: 3000 }],
  });
});
