import { expect, test } from 'vitest';
import { schemaFingerprint } from '../../engine/catalog/fingerprint.js';
import { createDatabase, type TestDatabase } from '../support/databases.js';
import { analyze, MAJORS } from './world.js';

const SCHEMA = `
  create type mood as enum ('sad', 'ok');
  create domain short as varchar(8);
  create table parent (id int generated always as identity primary key, name text not null default 'x', m mood, s short);
  create table child (id serial primary key, parent int references parent (id), note text);
  create unique index by_name on parent (lower(name)) where id > 0;
  create index by_note on child (note);
  create view v as select name from parent;
  create materialized view mv as select name from parent;
  create function f() returns trigger language plpgsql as 'begin return new; end';
  create trigger t before insert on child for each row execute function f();
  alter table child enable row level security;
  create policy p on child using (id > 0);
  comment on index by_note is 'notes';
  create table parts (id int, at date) partition by range (at);
  create table parts_1 partition of parts for values from ('2024-01-01') to ('2025-01-01');
  create index on parts (id)`;

async function fingerprint(database: TestDatabase): Promise<string> {
  await using session = await database.session({ readOnly: true });
  return await schemaFingerprint(session);
}

test.each(MAJORS)('PostgreSQL %i: rows and maintenance leave the fingerprint as it is', async (major) => {
  await using database = await createDatabase({ major, sql: SCHEMA });
  const before = await fingerprint(database);
  await database.run(`
    insert into parent (name) select i::text from generate_series(1, 1000) i;
    insert into child (parent) select id from parent;
    insert into parts values (1, '2024-05-05');
    delete from child where id < 500;
    create temp table passing (a int)`);
  for (const statement of [
    'analyze',
    'vacuum',
    'vacuum (full, analyze)',
    'reindex table parent',
    'reindex index concurrently by_note',
    'reindex index concurrently parts_1_id_idx',
    'refresh materialized view mv',
    'cluster parent using parent_pkey',
    'truncate child',
    "select nextval('child_id_seq')",
  ]) {
    await database.run(statement);
    // Clustering a table marks the index as the one it is clustered on; that is a definition, and pg_dump writes it.
    if (statement.startsWith('cluster')) await database.run('alter table parent set without cluster');
    expect([statement, await fingerprint(database)]).toEqual([statement, before]);
  }
});

test.each(MAJORS)('PostgreSQL %i: every definition that changes gives another fingerprint', async (major) => {
  await using database = await createDatabase({ major, sql: SCHEMA });
  let before = await fingerprint(database);
  for (const statement of [
    'alter table parent add column added int',
    'alter table parent alter column added set not null',
    'alter table parent alter column added set default 3',
    'alter table parent alter column added set default 4',
    'alter table parent alter column added type bigint',
    'alter table parent rename column added to renamed',
    'alter table parent drop column renamed',
    'alter table parent add constraint c check (id > 0) not valid',
    'alter table parent validate constraint c',
    'create index added on parent (name)',
    'drop index added',
    'alter table child drop constraint child_parent_fkey',
    "create or replace function f() returns trigger language plpgsql as 'begin return null; end'",
    'alter function f() security definer',
    'alter table child disable trigger t',
    'drop trigger t on child',
    'alter policy p on child using (id > 1)',
    'alter table child disable row level security',
    'grant select on parent to public',
    'grant select (note) on child to public',
    'alter default privileges grant select on tables to public',
    "alter type mood add value 'new'",
    "alter type mood rename value 'new' to 'old'",
    'alter domain short set not null',
    'create or replace view v as select name || name as name from parent',
    "comment on column parent.name is 'personal'",
    'alter sequence child_id_seq increment by 5',
    'alter table child set (fillfactor = 50)',
    'alter table child set unlogged',
    'create table parts_2 partition of parts default',
    'alter table parts detach partition parts_2',
    'create schema s',
    'create extension hstore',
    'create publication p for table parent',
    'create statistics st on id, name from parent',
    'create rule r as on delete to child do instead nothing',
    'create cast (mood as text) with inout',
    'alter table parent owner to pg_monitor',
    'drop materialized view mv',
  ]) {
    await database.run(statement);
    const now = await fingerprint(database);
    expect([statement, now === before]).toEqual([statement, false]);
    before = now;
  }
});

test('the definition of a schema has the fingerprint that a session computes', async () => {
  await using database = await createDatabase({ sql: SCHEMA });
  expect((await analyze(database)).fingerprint).toBe(await fingerprint(database));
});

test("envclone's own ledger is no part of the fingerprint", async () => {
  await using database = await createDatabase({ sql: SCHEMA });
  const before = await fingerprint(database);
  await database.run('create schema envclone; create table envclone.ledger (id serial primary key, a text default 1)');
  expect(await fingerprint(database)).toBe(before);
});
