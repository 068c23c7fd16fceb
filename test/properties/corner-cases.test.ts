import { expect, test } from 'vitest';
import { createDatabase, type PostgresMajor } from '../support/databases.js';
import { cloneByEngine, rowsByTable } from './engine-clone.js';

const ENUM = `create type mood as enum ('sad', 'fine', 'glad', 'high')`;

test.each([
  { name: 'partitions by the hash of regclass', sql: named(byHash('regclass', 'key')) },
  {
    name: 'partitions by the order of regclass',
    sql: named(`create table divided (key regclass) partition by range (key);
      create table low partition of divided for values from (minvalue) to ('two');
      create table rest partition of divided default`),
  },
  {
    name: 'partitions by the hash of a range of an enum',
    sql: `${ENUM}; create type moods as range (subtype = mood); ${byHash('moods', 'key')};
      insert into divided values ('[sad,fine]'), ('[sad,glad]'), ('[fine,high]'), ('[glad,high]'), ('empty')`,
  },
  {
    name: 'generated columns of partitions, children and typed tables',
    sql: `create type pair as (a integer, b text[]);
      create table typed of pair;
      create table parent (id integer, doubled integer);
      create table child (own integer generated always as (id * 2) stored) inherits (parent);
      create table whole (id integer, next integer generated always as (id + 1) stored) partition by list (id);
      create table part partition of whole for values in (1);
      create table rest partition of whole default;
      insert into typed values (1, '{é}');
      insert into parent values (1, 2); insert into child values (3, 4); insert into whole values (1), (2)`,
  },
])('$name arrive', async ({ sql }) => {
  await expectClone({ sql });
});

test('partitions by the hash of an expression that is an enum arrive', async () => {
  await expectClone({
    sql: `${ENUM};
      create function mood_of(text) returns mood language sql immutable as 'select $1::public.mood';
      ${byHash('text', 'mood_of(key)')};
      insert into divided values ('sad'), ('fine'), ('glad'), ('high')`,
  });
});

test('the identity column of an unlogged table of PostgreSQL 13 arrives', async () => {
  await expectClone({
    major: 13,
    sql: 'create unlogged table scratch (id integer generated always as identity); insert into scratch default values',
  });
});

test('tables whose names make the same label are refused by it', async () => {
  const sql =
    'create schema a; create schema "a.b"; create table a."b.c" (id integer); create table "a.b".c (note text)';
  await expect(expectClone({ sql })).rejects.toThrow('two tables are called a.b.c');
});

async function expectClone({ major = 15, sql }: { major?: PostgresMajor; sql: string }): Promise<void> {
  await using from = await createDatabase({ major, sql });
  await using into = await createDatabase({ major });

  await cloneByEngine({ from, into });

  expect(await rowsByTable(into)).toEqual(await rowsByTable(from));
}

function byHash(type: string, expression: string): string {
  const partitions = [0, 1, 2].map(
    (at) => `create table part_${at} partition of divided for values with (modulus 3, remainder ${at})`,
  );
  return [`create table divided (key ${type}) partition by hash (${expression})`, ...partitions].join('; ');
}

/** Rows that name tables, whose OIDs are others in another database. */
function named(divided: string): string {
  const tables = ['one', 'two', 'three', 'four', 'five', 'six'].map((name) => `create table ${name} ()`);
  return `${tables.join('; ')}; ${divided};
    insert into divided select oid from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace`;
}
