import { expect, test } from 'vitest';
import { relationLabel } from '../../contracts/relations.js';
import { createDatabase } from '../support/databases.js';
import { analyze, MAJORS, tableNamed } from './world.js';

test.each(MAJORS)('PostgreSQL %i: a partition knows its parent, and a partitioned table its key', async (major) => {
  await using database = await createDatabase({
    major,
    sql: `
      create table logs (id int, "Quand" date, kind text) partition by range ("Quand");
      create table logs_a partition of logs for values from ('2024-01-01') to ('2025-01-01') partition by hash (lower(kind), id);
      create table logs_a1 partition of logs_a for values with (modulus 1, remainder 0)`,
  });
  const schema = await analyze(database);
  const root = tableNamed(schema, 'logs');
  const middle = tableNamed(schema, 'logs_a');
  const leaf = tableNamed(schema, 'logs_a1');
  expect(root).toMatchObject({
    kind: 'partitioned',
    partitionKey: ['Quand'],
    partitionStrategy: 'range',
    sizeBytes: 0,
  });
  expect(middle).toMatchObject({
    kind: 'partitioned',
    partitionOf: { schema: 'public', name: 'logs' },
    partitionStrategy: 'hash',
  });
  expect(middle.partitionKey?.toSorted()).toEqual(['id', 'kind']);
  expect(leaf).toMatchObject({ kind: 'table', partitionOf: { schema: 'public', name: 'logs_a' } });
  expect(leaf).not.toHaveProperty('partitionKey');
});

test.each(MAJORS)('PostgreSQL %i: inherited, unlogged and foreign tables are told apart', async (major) => {
  await using database = await createDatabase({
    major,
    sql: `
      create extension postgres_fdw;
      create server elsewhere foreign data wrapper postgres_fdw;
      create foreign table far (a int) server elsewhere;
      create table parent (a int);
      create table child (b int) inherits (parent);
      create unlogged table cache (a int);
      create table secured (a int);
      alter table secured enable row level security`,
  });
  const { tables } = await analyze(database);
  expect(tables.map(({ name, kind, isUnlogged, hasRowSecurity }) => [name, kind, isUnlogged, hasRowSecurity])).toEqual([
    ['cache', 'table', true, false],
    ['child', 'table', false, false],
    ['far', 'foreign', false, false],
    ['parent', 'table', false, false],
    ['secured', 'table', false, true],
  ]);
  expect(tables.some(({ partitionOf }) => partitionOf)).toBe(false);
});

test.each(MAJORS)(
  'PostgreSQL %i: sizes include TOAST, and a table that was never analyzed has -1 rows',
  async (major) => {
    await using database = await createDatabase({
      major,
      sql: `
      create table big (a text);
      alter table big alter column a set storage external;
      insert into big select repeat('x', 100000) from generate_series(1, 10);
      create table counted (a int);
      insert into counted select generate_series(1, 1000);
      analyze counted;
      create table fresh (a int)`,
    });
    const schema = await analyze(database);
    expect(tableNamed(schema, 'big').sizeBytes).toBeGreaterThan(1_000_000);
    expect(tableNamed(schema, 'counted').estimatedRows).toBe(1000);
    expect(tableNamed(schema, 'fresh').estimatedRows).toBe(-1);
  },
);

test.each(MAJORS)('PostgreSQL %i: every unique index is a key, with the columns of its expressions', async (major) => {
  await using database = await createDatabase({
    major,
    sql: `
      create extension btree_gist;
      create table t (
        id int primary key, "E-mail" text, name text, is_on bool, code text, extra int, during daterange,
        unique (name, code), exclude using gist (code with =, during with &&)
      );
      create unique index by_mail on t (lower("E-mail"), code) include (extra) where is_on and name <> '';
      create unique index partial on t (extra) where is_on;
      create index plain on t (code)`,
  });
  const { uniqueKeys } = tableNamed(await analyze(database), 't');
  expect(uniqueKeys.map((key) => ({ ...key, columns: key.columns.toSorted() }))).toEqual([
    { name: 't_pkey', columns: ['id'], isPrimary: true, isPartial: false, isExpression: false },
    {
      name: 'by_mail',
      columns: ['E-mail', 'code'],
      isPrimary: false,
      isPartial: true,
      isExpression: true,
      expressions: ['lower("E-mail")'],
    },
    { name: 'partial', columns: ['extra'], isPrimary: false, isPartial: true, isExpression: false },
    { name: 't_name_code_key', columns: ['code', 'name'], isPrimary: false, isPartial: false, isExpression: false },
  ]);
});

test('PostgreSQL 18: a key that counts two nulls as equal says so', async () => {
  await using database = await createDatabase({
    major: 18,
    sql: 'create table t (a int, b int, unique nulls not distinct (a), unique (b))',
  });
  const { uniqueKeys } = tableNamed(await analyze(database), 't');
  expect(uniqueKeys.map(({ columns, areNullsEqual }) => [columns, areNullsEqual])).toEqual([
    [['a'], true],
    [['b'], undefined],
  ]);
});

test.each(MAJORS)('PostgreSQL %i: foreign keys are listed once, those of partitions with them', async (major) => {
  await using database = await createDatabase({
    major,
    sql: `
      create table root (id int, part int, primary key (id, part)) partition by list (part);
      create table root_1 partition of root for values in (1);
      create table root_2 partition of root for values in (2);
      create table plain (
        a int, b int, c int, constraint to_root foreign key (a, b) references root (id, part) match full
      );
      create table refs (a int, b int, constraint refs_root foreign key (a, b) references root (id, part)) partition by list (b);
      create table refs_1 partition of refs for values in (1);
      create table self (id int primary key, parent int);
      alter table self add constraint to_self foreign key (parent) references self (id) not valid`,
  });
  const schema = await analyze(database);
  const keys = schema.tables.flatMap((table) =>
    table.foreignKeys.map(({ columns, references, referencedColumns, isValidated, isMatchFull }) => [
      table.name,
      columns,
      relationLabel(references),
      referencedColumns,
      isValidated,
      isMatchFull,
    ]),
  );
  expect(keys).toEqual([
    ['plain', ['a', 'b'], 'public.root', ['id', 'part'], true, true],
    ['refs', ['a', 'b'], 'public.root', ['id', 'part'], true, undefined],
    ['refs_1', ['a', 'b'], 'public.root', ['id', 'part'], true, undefined],
    ['self', ['parent'], 'public.self', ['id'], false, undefined],
  ]);
});

test.each(MAJORS)(
  "PostgreSQL %i: an extension's tables are marked, its configuration with the filter",
  async (major) => {
    await using database = await createDatabase({
      major,
      sql: `
      create extension hstore;
      create table settings (name text, is_custom bool);
      create table internals (a int);
      alter extension hstore add table settings;
      alter extension hstore add table internals;
      set allow_system_table_mods = on;
      update pg_extension set extconfig = array['settings'::regclass::oid], extcondition = array['where is_custom']
       where extname = 'hstore';
      reset allow_system_table_mods`,
    });
    const schema = await analyze(database);
    expect(tableNamed(schema, 'settings')).toMatchObject({ extension: 'hstore', extensionFilter: 'where is_custom' });
    expect(tableNamed(schema, 'internals')).toMatchObject({ extension: 'hstore' });
    expect(tableNamed(schema, 'internals')).not.toHaveProperty('extensionFilter');
  },
);
