import pg from 'pg';
import { expect, onTestFinished, test } from 'vitest';
import { applyStatements } from '../../engine/schema/apply.js';
import { dropEverything } from '../../engine/schema/drop.js';
import { dumpSchema } from '../../engine/schema/dump.js';
import { splitDump } from '../../engine/schema/split.js';
import { startLocalPostgres } from '../../examples/local-postgres.js';
import { createDatabase, databaseUrl } from '../support/databases.js';
import { targetOf } from '../support/proofs.js';

test('tables are dropped and rebuilt where one transaction could not hold all their locks', async () => {
  const server = await startLocalPostgres({ major: 15, settings: { max_connections: '10' } });
  onTestFinished(() => server.stop());
  const url = server.url();
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  onTestFinished(() => client.end());
  for (let from = 1; from < 1_000; from += 100) {
    await client.query(`
      do $$begin
        for i in ${from}..${from + 99} loop
          execute format('create table t%s (id serial primary key, other integer references t%s, note text)', i, greatest(i - 1, 1));
        end loop;
      end$$`);
  }
  const statements = await splitDump(await dumpSchema({ url, environment: 'source', serverMajor: 15 }));
  const target = targetOf({ name: 'target', url });
  await expect(client.query('drop schema public cascade')).rejects.toThrow('out of shared memory');
  await client.query('select 1'); // the error comes before the locks are let go

  await dropEverything(target);
  const left = await client.query("select from pg_class where relnamespace = 'public'::regnamespace");
  await applyStatements(target, statements);

  expect(left.rowCount).toBe(0);
  expect(await splitDump(await dumpSchema({ url, environment: 'target', serverMajor: 15 }))).toEqual(statements);
});

test('what the role does not own is named, and nothing is touched', async () => {
  await using database = await createDatabase({ major: 15, sql: 'create schema platform; create table platform.t ()' });
  const role = `owner_${database.name}`;
  await database.run(
    `create role ${role} login password 'x'; create schema mine authorization ${role}; create table mine.t ()`,
  );
  const url = databaseUrl(database.url, database.name, { user: role, password: 'x' });

  await expect(dropEverything(targetOf({ name: database.name, url }))).rejects.toMatchObject({
    code: 'SCHEMA_STATEMENT_FAILED',
    message: expect.stringContaining('schema platform (owner postgres)'),
  });

  expect(await database.column("select to_regclass('mine.t')::text")).toEqual(['mine.t']);
  await database.run(`drop schema mine cascade; drop role ${role}`);
});

test('a role that is no superuser empties the database it owns', async () => {
  await using database = await createDatabase({ major: 15, sql: 'create schema mine; create extension citext' });
  const role = `owner_${database.name}`;
  await database.run(`create role ${role} login password 'x'; alter database ${database.name} owner to ${role}`);
  await database.run(
    `set role ${role}; create table public.t (a integer); create function public.f() returns int language sql as 'select 1'; reset role`,
  );
  await database.run(`alter schema mine owner to ${role}; create table mine.t (name citext)`);
  const url = databaseUrl(database.url, database.name, { user: role, password: 'x' });

  await dropEverything(targetOf({ name: database.name, url }));

  expect(await database.column("select nspname::text from pg_namespace where nspname in ('mine', 'public')")).toEqual([
    'public',
  ]);
  expect(await database.column("select to_regclass('public.t')::text")).toEqual([null]);
  expect(await database.column("select extname::text from pg_extension where extname = 'citext'")).toEqual(['citext']);
  await database.run(`alter database ${database.name} owner to postgres; drop role ${role}`);
});

test.each([13, 18] as const)(
  'on PostgreSQL %i schema public is left as pg_dump takes it for granted',
  async (major) => {
    await using changed = await createDatabase({
      major,
      sql: `
      alter schema public owner to pg_read_all_stats;
      revoke all on schema public from public;
      grant create on schema public to pg_monitor;
      comment on schema public is 'x'`,
    });
    await using missing = await createDatabase({ major, sql: 'drop schema public' });

    await dropEverything(targetOf(changed));
    await dropEverything(targetOf(missing));

    const state = `
    select array[nspacl::text, obj_description(oid)] from pg_namespace where nspname = 'public'`;
    const owner = major === 13 ? 'postgres' : 'pg_database_owner';
    const expected = [[`{${owner}=UC/${owner},=U/${owner}}`, 'standard public schema']];
    expect(await changed.column(state)).toEqual(expected);
    expect(await missing.column(state)).toEqual(expected);
  },
);

test('a subscription goes without asking its publisher', async () => {
  await using database = await createDatabase({
    major: 15,
    sql: `create subscription inflow connection 'host=neutralized.invalid dbname=x' publication p with (connect = false, slot_name = 'remote')`,
  });
  await dropEverything(targetOf(database));
  expect(await database.column('select subname::text from pg_subscription')).toEqual([]);
});
