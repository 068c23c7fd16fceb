import { writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { Session } from '../../engine/postgres/session.js';
import { proveTarget } from '../../engine/safety/proofs.js';
import { findSwapObstacles } from '../../engine/swap/obstacles.js';
import { startLocalPostgres } from '../../examples/local-postgres.js';
import { createRole } from '../safety/world.js';
import { createDatabase, databaseUrl, onServer, POSTGRES_MAJORS, type TestDatabase } from '../support/databases.js';
import { targetOf } from '../support/proofs.js';
import { as } from './world.js';

const PUBLIC = 'before PostgreSQL 15, schema public of a new database belongs to a superuser';

test.each(POSTGRES_MAJORS)('on PostgreSQL %i a superuser has nothing in the way', async (major) => {
  await using database = await createDatabase({ major });
  expect(await findSwapObstacles(targetOf(database))).toEqual({ lasting: [], passing: [] });
});

test.each(POSTGRES_MAJORS)('on PostgreSQL %i an owner who may create databases swaps, from 15 on', async (major) => {
  await using role = await createRole({ major, attributes: 'createdb' });
  await using database = await createDatabase({ major });
  await give(database, role.name);

  const lasting = major < 15 ? [PUBLIC] : [];
  expect(await findSwapObstacles(targetOf(as(role, database)))).toEqual({ lasting, passing: [] });
});

test.each(POSTGRES_MAJORS)('on PostgreSQL %i a role that may not create databases is told so', async (major) => {
  await using role = await createRole({ major });
  await using database = await createDatabase({ major });
  await give(database, role.name);

  const { lasting } = await findSwapObstacles(targetOf(as(role, database)));
  expect(lasting).toContain(`role ${role.name} may not create databases (CREATEDB)`);
});

test("a role that is not the database's owner is told whose it is", async () => {
  await using role = await createRole({ attributes: 'createdb' });
  await using database = await createDatabase();

  const { lasting } = await findSwapObstacles(targetOf(as(role, database)));
  expect(lasting).toEqual([`the database belongs to postgres, and role ${role.name} cannot act for it`]);
});

test('an extension that only a superuser can create again is named', async () => {
  await using role = await createRole({ attributes: 'createdb' });
  await using database = await createDatabase();
  await give(database, role.name);
  await onServer(database.url, 'create extension pg_stat_statements');

  const { lasting } = await findSwapObstacles(targetOf(as(role, database)));
  expect(lasting).toEqual(['only a superuser can create these extensions again: pg_stat_statements']);
});

test('settings that only a superuser can carry over are named', async () => {
  await using role = await createRole({ attributes: 'createdb' });
  await using database = await createDatabase();
  await give(database, role.name);
  await onServer(database.url, `alter database ${database.name} set log_min_duration_statement = 100`);
  await onServer(database.url, `alter database ${database.name} set work_mem = '5MB'`);
  await onServer(database.url, `alter database ${database.name} set envclone.environment = 'test'`);
  await onServer(database.url, `alter role postgres in database ${database.name} set work_mem = '6MB'`);

  const { lasting } = await findSwapObstacles(targetOf(as(role, database)));
  expect(lasting).toEqual([
    'only a superuser can carry over settings of roles in this database: postgres',
    'only a superuser can carry over settings of the database: log_min_duration_statement',
  ]);
});

test('sessions that the role may not end are in the way for now; with pg_signal_backend only those of superusers are', async () => {
  await using role = await createRole({ attributes: 'createdb' });
  await using other = await createRole();
  await using database = await createDatabase();
  await give(database, role.name);
  await using _session = await Session.open({ url: other.on(database), environment: 'test', purpose: 'test' });

  const { passing } = await findSwapObstacles(targetOf(as(role, database)));
  expect(passing).toEqual([`connected, and not to be ended by this role: ${other.name}`]);
  await onServer(database.url, `grant pg_signal_backend to ${role.name}`);
  expect((await findSwapObstacles(targetOf(as(role, database)))).passing).toEqual([]);
});

test('a subscription keeps a database from being swapped', async () => {
  await using database = await createDatabase();
  await onServer(
    database.url,
    `create subscription mirror connection 'host=127.0.0.1' publication p with (connect = false, slot_name = none)`,
  );
  const { lasting } = await findSwapObstacles(targetOf(database));
  await onServer(database.url, 'drop subscription mirror');

  expect(lasting).toEqual(['subscriptions belong to the database: mirror']);
});

test('a role that may connect to nothing else cannot rename, and a pooler or Supabase have no database to give', async () => {
  await using database = await createDatabase();
  const alone = proveTarget({
    ...targetOf(database),
    connectMaintenance: (input) =>
      Session.open({ url: databaseUrl(database.url, 'no such database'), environment: 'target', ...input }),
  });
  const at = (host: string) => proveTarget({ ...targetOf(database), url: `postgres://u@${host}/postgres` });

  expect((await findSwapObstacles(alone)).lasting).toEqual([
    'its role cannot connect to another database of the server, such as postgres',
  ]);
  expect((await findSwapObstacles(at('db.abc.supabase.co:5432'))).lasting).toHaveLength(1);
  expect((await findSwapObstacles(at('db.internal:6432'))).lasting).toEqual(['the URL leads to a pooler']);
});

test('a server that lets the role into databases by name has none for a building', async () => {
  const server = await startLocalPostgres({ major: 17 });
  try {
    await onServer(server.url(), 'create database app');
    await using session = await Session.open({ url: server.url('app'), environment: 'test', purpose: 'test' });
    const { path } = await session.one<{ path: string }>(`select current_setting('hba_file') as path`);
    await writeFile(path, 'host app,postgres all 127.0.0.1/32 scram-sha-256\n');
    await session.query('select pg_reload_conf()');
    await sleep(500); // until the server has read it

    expect((await findSwapObstacles(targetOf({ name: 'app', url: server.url('app') }))).lasting).toEqual([
      expect.stringMatching(/^its role cannot connect to a database that is named envclone-building-/),
    ]);
  } finally {
    await server.stop();
  }
}, 60_000);

test.each(['postgres://postgres:postgres@/NAME?host=DIR&port=PORT', 'postgres://postgres:postgres@ENCODED:PORT/NAME'])(
  'a target behind a socket has nothing in the way: %s',
  async (shape) => {
    await using database = await createDatabase();
    const { port } = new URL(database.url);
    const [directory = ''] = await database.column<string>(`select current_setting('unix_socket_directories')`);
    const url = shape
      .replace('NAME', database.name)
      .replace('DIR', directory)
      .replace('ENCODED', encodeURIComponent(directory))
      .replace('PORT', port);
    const target = proveTarget({ ...targetOf(database), url });

    expect((await findSwapObstacles(target)).lasting).toEqual([]);
  },
);

/** From elsewhere: a superuser's session in the database would be in the way. */
async function give({ name, url }: TestDatabase, role: string): Promise<void> {
  await onServer(databaseUrl(url, 'postgres'), `alter database ${name} owner to ${role}`);
}
