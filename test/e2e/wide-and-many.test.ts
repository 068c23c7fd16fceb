import { expect, test } from 'vitest';
import type { ColumnRule } from '../../contracts/plan.js';
import { cloneByEngine, rowsByTable } from '../properties/engine-clone.js';
import { createDatabase } from '../support/databases.js';

const EMAIL: ColumnRule = { type: 'email', domain: 'email', isUnique: false, preserveFormat: false };

test.each([13, 18] as const)('on PostgreSQL %i a table of 1,600 columns arrives as it is', async (major) => {
  const columns = Array.from({ length: 1_600 }, (_, at) => `c${at} ${['smallint', 'boolean', 'text'][at % 3]}`);
  await using from = await createDatabase({
    major,
    sql: `create table wide (${columns.join(', ')});
      insert into wide (c0, c1, c2, c1599) values (1, true, 'é', -1), (null, null, '', null);
      insert into wide select ${columns.map((_, at) => [at, 'true', "'\\N'"][at % 3]).join(', ')}`,
  });
  await using into = await createDatabase({ major });

  const { plan } = await cloneByEngine({ from, into });

  expect(plan.units[0]?.tables[0]?.columns).toHaveLength(1_600);
  expect(await wholeRows(into)).toEqual(await wholeRows(from));
});

test('a table of 1,600 columns is masked in any of them', async () => {
  const columns = Array.from({ length: 1_600 }, (_, at) => `c${at} ${at % 16 === 15 ? 'text' : 'smallint'}`);
  const values = columns.map((_, at) => (at % 16 === 15 ? `'person${at}@example.org'` : at));
  await using from = await createDatabase({
    sql: `create table wide (${columns.join(', ')}); insert into wide values (${values.join(', ')})`,
  });
  await using into = await createDatabase();
  const rules = new Map(columns.flatMap((_, at) => (at % 16 === 15 ? [[`c${at}`, EMAIL] as const] : [])));

  await cloneByEngine({ from, into, rules: new Map([['public.wide', rules]]) });

  const { rows } = await into.run('select * from wide');
  const [row = {}] = rows;
  const masked = [...rules.keys()].map((column) => row[column]);
  expect(masked.filter((value) => !/^user\w+@test\.local$/.test(value))).toEqual([]);
  expect(new Set(masked).size).toBe(100);
  expect([row.c0, row.c14, row.c1598]).toEqual([0, 14, 1598]);
});

test.each([13, 18] as const)('on PostgreSQL %i 200 partitions arrive, also where masking moves rows', async (major) => {
  await using from = await createDatabase({ major, sql: PARTITIONED });
  await using into = await createDatabase({ major });

  const rules = new Map(
    ['people', ...Array.from({ length: 20 }, (_, at) => `people_${at}`)].map(
      (table) => [`public.${table}`, new Map([['email', EMAIL]])] as const,
    ),
  );
  const { rows } = await cloneByEngine({ from, into, rules });

  expect(rows).toBe(1_400);
  const events = 'select tableoid::regclass::text || events::text from events order by 1';
  expect(await into.column(events)).toEqual(await from.column(events));
  expect(await into.column("select count(*)::int from people where email like '%@test.local'")).toEqual([400]);
});

test('rows without a column arrive', async () => {
  await using from = await createDatabase({
    sql: `create table nothing (); insert into nothing select from generate_series(1, 100000);
      create table computed (one integer generated always as (1) stored); insert into computed select from generate_series(1, 3)`,
  });
  await using into = await createDatabase();

  expect(await cloneByEngine({ from, into })).toMatchObject({ rows: 100_003 });

  expect(await into.column('select count(*)::int from nothing')).toEqual([100_000]);
  expect(await rowsByTable(into)).toMatchObject({
    'only public.computed': [{}, {}, {}].map(() => expect.stringMatching(/\(1\)$/)),
  });
});

async function wholeRows(database: Parameters<typeof rowsByTable>[0]): Promise<string[]> {
  return database.column('select wide::text from wide order by 1');
}

const PARTITIONED = `
  create table events (id integer primary key, note text) partition by range (id);
  create table people (id integer, email text) partition by hash (email);
  do $$ begin
    for at in 0..199 loop
      execute format('create table events_%s partition of events for values from (%s) to (%s)', at, at * 10, at * 10 + 10);
    end loop;
    for at in 0..19 loop
      execute format('create table people_%s partition of people for values with (modulus 20, remainder %s)', at, at);
    end loop;
  end $$;
  create table mentions (event integer references events);
  insert into events select n, 'note ' || n from generate_series(0, 1999, 2) as n;
  insert into people select n, 'person' || n || '@example.org' from generate_series(1, 400) as n`;
