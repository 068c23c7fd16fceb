import { expect, test } from 'vitest';
import type { SafetyError } from '../../contracts/errors.js';
import { analyzeSchema } from '../../engine/catalog/analyze-schema.js';
import type { CatalogSource } from '../../engine/catalog/catalog-source.js';
import { createDatabase } from '../support/databases.js';
import { createLogin, MAJORS } from './world.js';

async function refusal(source: CatalogSource): Promise<SafetyError> {
  const error = await analyzeSchema(source).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toMatchObject({ code: 'SOURCE_INCOMPLETE' });
  return error as SafetyError;
}

test.each(MAJORS)('PostgreSQL %i: everything that a role cannot read is listed at once', async (major) => {
  await using database = await createDatabase({
    major,
    sql: `
      create schema hidden; create table hidden.t (a int);
      create table "Mes clients" (a int); create sequence numbers; create table readable (a int);
      create view v as select 1 as a; create materialized view mv as select 1 as a`,
  });
  await using login = await createLogin(database);
  await database.run(`grant usage on schema public to ${login.name}; grant select on readable to ${login.name}`);
  expect((await refusal(login.source)).message.split('\n').slice(1)).toEqual([
    '  hidden.t: no USAGE on its schema',
    '  public."Mes clients": no SELECT',
    '  public.numbers: no SELECT',
  ]);
});

test('of many unreadable relations, the first twenty are named and all are counted', async () => {
  await using database = await createDatabase({
    sql: `do $$ begin for i in 10..40 loop execute format('create table t%s (a int)', i); end loop; end $$`,
  });
  await using login = await createLogin(database);
  const { message, details } = await refusal(login.source);
  expect(message).toContain('(31 relations)');
  expect(message).toContain('t29: no SELECT');
  expect(message).not.toContain('t30');
  expect(message).toContain('and 11 more');
  expect(details).toMatchObject({ total: 31 });
});

test.each(MAJORS)('PostgreSQL %i: rows that row security hides make a source incomplete', async (major) => {
  await using database = await createDatabase({
    major,
    sql: `
      create table filtered (a int); create table open (a int); create table restricted (a int); create table for_others (a int);
      alter table filtered enable row level security; alter table open enable row level security;
      alter table restricted enable row level security; alter table for_others enable row level security;
      create policy part on filtered for select using (a > 1);
      create policy writing on filtered for insert with check (true);
      create policy every on open for select using (true);
      create policy every on restricted using (true);
      create policy less on restricted as restrictive for select using (a > 1);
      create policy others on for_others to pg_monitor using (true)`,
  });
  await using login = await createLogin(database);
  await database.run(
    `grant usage on schema public to ${login.name}; grant select on all tables in schema public to ${login.name}`,
  );
  const { message } = await refusal(login.source);
  expect(message.split('\n').slice(1)).toEqual([
    '  public.filtered: row security hides rows from the role',
    '  public.for_others: row security hides rows from the role',
    '  public.restricted: row security hides rows from the role',
  ]);
  await database.run(`alter role ${login.name} bypassrls`);
  expect((await analyzeSchema(login.source)).tables).toHaveLength(4);
});

test.each(MAJORS)('PostgreSQL %i: a plain reader sees the same schema as the superuser', async (major) => {
  await using database = await createDatabase({
    major,
    sql: `
      create type mood as enum ('sad');
      create table t (id int generated always as identity primary key, m mood default 'sad', e text check (e <> ''));
      create unique index on t (lower(e));
      create function f() returns trigger language plpgsql as 'begin return new; end';
      create trigger f before insert on t for each row execute function f()`,
  });
  await using login = await createLogin(database, 'bypassrls');
  await database.run(`
    grant usage on schema public to ${login.name};
    grant select on all tables in schema public to ${login.name};
    grant select on all sequences in schema public to ${login.name}`);
  const superuser = { ...login.source, connect: () => database.session({ readOnly: true }) };
  expect(await analyzeSchema(login.source)).toEqual(await analyzeSchema(superuser));
});

test('a table of an extension that cannot be read is no configuration to copy', async () => {
  await using database = await createDatabase({
    sql: `
      create extension hstore;
      create table secrets (name text);
      alter extension hstore add table secrets;
      set allow_system_table_mods = on;
      update pg_extension set extconfig = array['secrets'::regclass::oid], extcondition = array[''] where extname = 'hstore';
      reset allow_system_table_mods`,
  });
  await using login = await createLogin(database);
  const before = await analyzeSchema(login.source);
  await database.run(`grant select on secrets to ${login.name}`);
  const after = await analyzeSchema(login.source);
  expect(before.tables[0]).not.toHaveProperty('extensionFilter');
  expect(after.tables[0]).toMatchObject({ extensionFilter: '' });
});
