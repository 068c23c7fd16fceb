import { expect, test } from 'vitest';
import { createDatabase } from '../support/databases.js';
import { analyze, MAJORS, tableNamed } from './world.js';

const TYPES = `
  create extension citext;
  create type mood as enum ('sad', 'it''s ok', 'Très bien');
  create domain short as varchar(8);
  create domain shorter as short check (length(value) < 6);
  create domain present as text not null;
  create type pair as (a int, b text);
  create type moody as (mood mood, boxes box[]);
  create type amounts as range (subtype = numeric);
  create domain moods as mood[];
`;

test.each(MAJORS)('PostgreSQL %i: shapes are resolved to what values are made of', async (major) => {
  await using database = await createDatabase({
    major,
    sql: `${TYPES}
      create table other (x mood);
      create table t (
        a mood, b mood[], c shorter, d pair, e moody[], f amounts, g citext, h box[], i other, j moods, k int2vector, l point
      )`,
  });
  const { columns } = tableNamed(await analyze(database), 't');
  const mood = { kind: 'enum', labels: ['sad', "it's ok", 'Très bien'] };
  const scalar = (name: string) => ({ kind: 'scalar', name });
  expect(Object.fromEntries(columns.map(({ name, shape }) => [name, shape]))).toEqual({
    a: mood,
    b: { kind: 'array', element: mood, delimiter: ',' },
    c: scalar('varchar'),
    d: {
      kind: 'composite',
      fields: [
        { name: 'a', type: scalar('int4') },
        { name: 'b', type: scalar('text') },
      ],
    },
    e: {
      kind: 'array',
      delimiter: ',',
      element: {
        kind: 'composite',
        fields: [
          { name: 'mood', type: mood },
          { name: 'boxes', type: { kind: 'array', element: scalar('box'), delimiter: ';' } },
        ],
      },
    },
    f: { kind: 'range', subtype: scalar('numeric') },
    g: scalar('citext'),
    h: { kind: 'array', element: scalar('box'), delimiter: ';' },
    i: { kind: 'composite', fields: [{ name: 'x', type: mood }] },
    j: { kind: 'array', element: mood, delimiter: ',' },
    k: scalar('int2vector'),
    l: scalar('point'),
  });
});

test.each(MAJORS)('PostgreSQL %i: binary is portable unless it carries an OID of this database', async (major) => {
  await using database = await createDatabase({
    major,
    sql: `${TYPES}
      create table t (
        portable_enum mood, portable_domain shorter, portable_array int[], portable_range amounts, portable_citext citext,
        portable_composite pair, portable_money money, portable_lsn pg_lsn, portable_json jsonb,
        bound_enum_array mood[], bound_composite moody, bound_composite_array pair[], bound_domain moods, bound_citext_array citext[],
        bound_class regclass, bound_role regrole, bound_class_array regclass[], bound_acl aclitem
      )`,
  });
  const { columns } = tableNamed(await analyze(database), 't');
  for (const { name, isBinaryPortable } of columns)
    expect([name, isBinaryPortable]).toEqual([name, name.startsWith('portable')]);
});

/** The claim above, by PostgreSQL itself: the other database has given out other OIDs. */
test.each(MAJORS)('PostgreSQL %i: what is called portable is read in binary by another database', async (major) => {
  const table =
    'create table public.t (a public.pair, b public.amounts, c public.mood, d public.citext, e public.short, f text[])';
  await using from = await createDatabase({ major, sql: `${TYPES} ${table}` });
  await using into = await createDatabase({ major, sql: `create type noise as enum ('x'); ${TYPES} ${table}` });
  await from.run(`insert into t values (row(1, 'é'), '[1,2.5)', 'sad', 'X', 'short', '{a,NULL}')`);
  await using reader = await from.session();
  await using writer = await into.session();
  expect(tableNamed(await analyze(from), 't').columns.every(({ isBinaryPortable }) => isBinaryPortable)).toBe(true);

  const bytes = await reader.copyOut('copy public.t to stdout (format binary)').toArray();
  const storing = writer.copyIn('copy public.t from stdin (format binary)');
  const stored = new Promise((resolve, reject) => storing.on('finish', resolve).on('error', reject));
  storing.end(Buffer.concat(bytes));
  await stored;

  expect(await into.column('select t::text from t')).toEqual(await from.column('select t::text from t'));
});

test.each(MAJORS)('PostgreSQL %i: a length limit counts characters, through domains and arrays', async (major) => {
  await using database = await createDatabase({
    major,
    sql: `${TYPES} create table t (a varchar(20), b char(2), c shorter, d varchar(5)[], e varchar, f text, g numeric(4, 2), h bit(3))`,
  });
  const { columns } = tableNamed(await analyze(database), 't');
  expect(columns.map(({ maxLength }) => maxLength)).toEqual([20, 2, 8, 5, undefined, undefined, undefined, undefined]);
});

test.each(MAJORS)('PostgreSQL %i: columns say what they refuse, compute and mean', async (major) => {
  await using database = await createDatabase({
    major,
    sql: `${TYPES}
      create table "Ma ""table"".à" (
        id int generated always as identity, "e-mail" present, dropped int, c text not null default 'it''s',
        d int generated always as (length(c)) stored, e mood default 'sad'
      );
      alter table "Ma ""table"".à" drop column dropped;
      comment on column "Ma ""table"".à"."e-mail" is 'personal';
      comment on table "Ma ""table"".à" is 'people'`,
  });
  const table = tableNamed(await analyze(database), 'Ma "table".à');
  expect(table.comment).toBe('people');
  expect(table.columns).toMatchObject([
    { name: 'id', type: 'integer', isIdentity: true, isNotNull: true },
    { name: 'e-mail', type: 'public.present', domain: 'public.present', isNotNull: true, comment: 'personal' },
    { name: 'c', default: "'it''s'::text", isNotNull: true, isIdentity: false },
    { name: 'd', generated: 'stored' },
    { name: 'e', type: 'public.mood', default: "'sad'::public.mood", isNotNull: false },
  ]);
  expect(table.columns.find(({ name }) => name === 'd')).not.toHaveProperty('default');
});

test('PostgreSQL 18: a virtual column is told apart from a stored one', async () => {
  await using database = await createDatabase({
    major: 18,
    sql: 'create table t (a int, b int generated always as (a + 1) virtual, c int generated always as (a + 2) stored)',
  });
  const { columns } = tableNamed(await analyze(database), 't');
  expect(columns.map(({ generated }) => generated)).toEqual([undefined, 'virtual', 'stored']);
});
