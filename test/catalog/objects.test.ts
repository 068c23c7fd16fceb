import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { createDatabase } from '../support/databases.js';
import { analyze, MAJORS } from './world.js';

test.each(MAJORS)('PostgreSQL %i: functions of every kind are read with their bodies', async (major) => {
  await using database = await createDatabase({
    major,
    sql: `
      create function touch(a int, variadic b text[]) returns int language sql security definer as 'select $1; -- ; $$';
      create procedure "Ma procédure"() language plpgsql as $_$ begin null; end $_$;
      create aggregate longest(text) (sfunc = textcat, stype = text);
      create type amounts as range (subtype = numeric);
      create extension citext`,
  });
  const { functions } = await analyze(database);
  expect(functions).toEqual([
    {
      ...{ schema: 'public', name: 'Ma procédure', identity: 'public."Ma procédure"()', kind: 'procedure' },
      ...{ language: 'plpgsql', body: ' begin null; end ', isSecurityDefiner: false },
    },
    {
      ...{ schema: 'public', name: 'longest', identity: 'public.longest(text)', kind: 'aggregate' },
      ...{ language: 'internal', body: 'aggregate_dummy', isSecurityDefiner: false },
    },
    {
      ...{ schema: 'public', name: 'touch', identity: 'public.touch(integer, text[])', kind: 'function' },
      ...{ language: 'sql', body: 'select $1; -- ; $$', isSecurityDefiner: true },
    },
  ]);
});

test('PostgreSQL 18: a body in SQL statements is read as SQL', async () => {
  await using database = await createDatabase({
    major: 18,
    sql: `
      create table people (name text);
      create function names() returns setof text begin atomic select name from people; end`,
  });
  const { functions } = await analyze(database);
  expect(functions[0]?.body).toContain('FROM public.people');
});

test.each(MAJORS)('PostgreSQL %i: triggers, indexes and policies belong to their tables', async (major) => {
  await using database = await createDatabase({
    major,
    sql: `
      create schema audit;
      create function audit.record() returns trigger language plpgsql as 'begin return new; end';
      create table parents (id int primary key) partition by list (id);
      create table parents_1 partition of parents for values in (1);
      create table children (id int references parents (id));
      create trigger record after insert on parents for each row execute function audit.record();
      alter table children enable row level security;
      create policy own on children as restrictive for select to public using (id > 1)`,
  });
  const { triggers, indexes, policies } = await analyze(database);
  expect(triggers).toMatchObject([
    {
      name: 'record',
      table: { schema: 'public', name: 'parents' },
      function: 'audit.record',
      definition: expect.stringContaining('AFTER INSERT ON public.parents'),
    },
  ]);
  expect(indexes.map(({ name, table }) => [name, table.name])).toEqual([
    ['parents_pkey', 'parents'],
    ['parents_1_pkey', 'parents_1'],
  ]);
  expect(policies).toEqual([
    {
      name: 'own',
      table: { schema: 'public', name: 'children' },
      definition: 'as restrictive for select to public using ((id > 1))',
    },
  ]);
});

test.each(MAJORS)(
  'PostgreSQL %i: types, views, extensions and schemas are what the application made',
  async (major) => {
    await using database = await createDatabase({
      major,
      sql: `
      create schema "Schéma"; create schema envclone; create table envclone.ledger (a int); create temp table passing (a int);
      create extension hstore with schema "Schéma";
      create type public.mood as enum ('sad'); create domain public.short as varchar(3);
      create type public.pair as (a int); create type public.amounts as range (subtype = numeric);
      create table public.t (a int);
      create view public.v as select a from public.t;
      create materialized view public.filled as select a from public.t;
      create materialized view public.empty as select a from public.t with no data`,
    });
    const schema = await analyze(database);
    expect(schema.schemas).toEqual(['Schéma', 'public']);
    expect(schema.extensions.map(({ name, schema }) => [name, schema])).toEqual([
      ['hstore', 'Schéma'],
      ['plpgsql', 'pg_catalog'],
    ]);
    expect(schema.tables.map(({ name }) => name)).toEqual(['t']);
    expect(schema.types.map(({ name, kind }) => [name, kind])).toEqual([
      ['amounts', 'range'],
      ['mood', 'enum'],
      ['pair', 'composite'],
      ['short', 'domain'],
    ]);
    expect(schema.views.map(({ name, isMaterialized, isPopulated }) => [name, isMaterialized, isPopulated])).toEqual([
      ['empty', true, false],
      ['filled', true, true],
      ['v', false, true],
    ]);
  },
);

test.each(MAJORS)(
  'PostgreSQL %i: sequences are read where they stand, those of identity columns too',
  async (major) => {
    await using database = await createDatabase({
      major,
      sql: `
      create table t (id bigint generated always as identity, n serial);
      insert into t (n) values (default), (default), (default);
      create sequence "à part" start 40`,
    });
    const { sequences } = await analyze(database);
    expect(sequences).toEqual([
      { schema: 'public', name: 't_id_seq', lastValue: '3', isCalled: true },
      { schema: 'public', name: 't_n_seq', lastValue: '3', isCalled: true },
      { schema: 'public', name: 'à part', lastValue: '40', isCalled: false },
    ]);
  },
);

test('sequences beyond one statement are all read', async () => {
  await using database = await createDatabase({
    sql: `do $$ begin for i in 1..450 loop execute format('create sequence s%s start %s', i, i); end loop; end $$`,
  });
  const { sequences } = await analyze(database);
  expect(sequences.every(({ name, lastValue }) => name === `s${lastValue}`)).toBe(true);
  expect(sequences).toHaveLength(450);
});

test.each(MAJORS)('PostgreSQL %i: every role that the schema names is listed, and no other', async (major) => {
  const suffix = randomBytes(4).toString('hex');
  const roles = ['owner', 'grantee', 'of_column', 'by_default', 'in_policy', 'of_extension', 'unused'].map(
    (name) => `Role ${name} ${suffix}`,
  );
  const [owner, grantee, ofColumn, byDefault, inPolicy, ofExtension] = roles.map((role) => `"${role}"`);
  await using database = await createDatabase({ major });
  await database.run(roles.map((role) => `create role "${role}"`).join(';'));
  try {
    await database.run(`
      grant create on database ${database.name} to ${ofExtension};
      create schema s authorization ${owner};
      create table s.t (a int, b int);
      alter table s.t owner to ${owner};
      grant select on s.t to ${grantee}, pg_monitor;
      grant update (a) on s.t to ${ofColumn};
      alter default privileges for role ${owner} grant select on tables to ${byDefault};
      create policy p on s.t to ${inPolicy} using (true);
      grant create on schema public to ${ofExtension};
      set role ${ofExtension}; create extension hstore with schema public; reset role`);
    await database.run(`revoke create on schema public from ${ofExtension}`);
    const named = [owner, grantee, ofColumn, byDefault, inPolicy].map((role) => role?.slice(1, -1));
    expect((await analyze(database)).roles).toEqual(named.toSorted());
    await database.run('create table public.mine (a int)');
    expect((await analyze(database)).roles).toEqual([...named, 'postgres'].toSorted());
  } finally {
    await database.run(roles.map((role) => `drop owned by "${role}" cascade; drop role "${role}"`).join(';'));
  }
});

test('facts of the database are its server version, encoding and number of large objects', async () => {
  await using database = await createDatabase({ major: 15, sql: 'select lo_create(0), lo_create(0)' });
  expect(await analyze(database)).toMatchObject({
    environment: 'source',
    serverVersion: expect.closeTo(150_000, -3),
    encoding: 'UTF8',
    largeObjects: 2,
  });
});
