import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { buildingName, keptName } from '../../engine/postgres/database-names.js';
import { Session } from '../../engine/postgres/session.js';
import { type ConfirmedTarget, proveTarget } from '../../engine/safety/proofs.js';
import { lockTarget } from '../../engine/safety/target-lock.js';
import { readDatabase } from '../../engine/swap/database-facts.js';
import { dropKeptDatabase, listKeptDatabases } from '../../engine/swap/kept-databases.js';
import { dropLeftoverBuildings } from '../../engine/swap/leftovers.js';
import { returnToDatabase, undoReturn } from '../../engine/swap/return-to-database.js';
import { swapTarget, unswapTarget } from '../../engine/swap/swap-target.js';
import { startLocalPostgres } from '../../examples/local-postgres.js';
import { createRole } from '../safety/world.js';
import { createDatabase, databasesBeside, databaseUrl, onServer, POSTGRES_MAJORS } from '../support/databases.js';
import { targetOf } from '../support/proofs.js';
import { as, build, newOperation, tablesOf } from './world.js';

const OLD = 'create table public.old (id int)';

test.each(POSTGRES_MAJORS)(
  'on PostgreSQL %i the building database takes the name, and gives it back',
  async (major) => {
    await using database = await createDatabase({ major, sql: OLD });
    const operation = newOperation();
    const target = targetOf(database);
    await build(database, operation);

    await swapTarget(target, { operation });
    expect(await tablesOf(database)).toEqual(['built']);
    expect(await databasesBeside(database.url, database.name)).toEqual([
      keptName({ database: database.name, operation }),
    ]);

    await unswapTarget(target, { operation });
    expect(await tablesOf(database)).toEqual(['old']);
    expect(await databasesBeside(database.url, database.name)).toEqual([
      buildingName({ database: database.name, operation }),
    ]);
  },
);

test.each(POSTGRES_MAJORS)('on PostgreSQL %i everything but the content is carried over', async (major) => {
  await using owner = await createRole({ major, attributes: 'createdb' });
  await using reader = await createRole({ major });
  await using database = await createDatabase({ major, sql: OLD });
  const { name } = database;
  await database.run(`
    alter database ${name} owner to ${owner.name};
    alter database ${name} connection limit 30;
    alter database ${name} set work_mem = '5MB';
    alter database ${name} set log_min_duration_statement = 100;
    alter database ${name} set search_path = "$user", public, "It's";
    alter database ${name} set temp_tablespaces = 'pg_default';
    alter database ${name} set app.greeting = 'it''s = "me"';
    alter role ${reader.name} in database ${name} set statement_timeout = '3s';
    revoke all on database ${name} from public;
    grant connect on database ${name} to ${reader.name} with grant option;
    comment on database ${name} is 'two
lines'`);
  await using server = await Session.open({ url: serverOf(database.url), environment: 'test', purpose: 'test' });
  const before = await readDatabase(server, name);
  const operation = newOperation();
  await build(database, operation);
  await database.run(`alter database ${name} set work_mem = '6MB'`); // while the clone is made

  await swapTarget(targetOf(database), { operation });

  const settings = before?.settings.map(({ role, config }) => ({
    role,
    config: config.map((entry) => entry.replace('5MB', '6MB')),
  }));
  expect(await readDatabase(server, name)).toEqual({ ...before, settings });
});

test.each(POSTGRES_MAJORS)(
  'on PostgreSQL %i an owner who may not set a stamp swaps a target that has it as a setting: it becomes a line of the comment',
  async (major) => {
    await using role = await createRole({ major, attributes: 'createdb' });
    await using database = await createDatabase({ major });
    const { name } = database;
    await onServer(serverOf(database.url), `alter database ${name} owner to ${role.name}`);
    await onServer(serverOf(database.url), `alter database ${name} set envclone.environment = 'target'`);
    await onServer(serverOf(database.url), `comment on database ${name} is 'mine'`);
    await onServer(role.on(database), OLD);
    const operation = newOperation();
    await build(as(role, database), operation);

    await swapTarget(targetOf(as(role, database)), { operation });
    await using server = await Session.open({ url: serverOf(database.url), environment: 'test', purpose: 'test' });
    expect(await readDatabase(server, name)).toMatchObject({
      comment: 'mine\nenvclone.environment=target',
      settings: [],
    });
  },
);

test('a privilege that was taken back while the clone was made stays so', async () => {
  await using reader = await createRole();
  await using database = await createDatabase({ sql: OLD });
  const { name } = database;
  await database.run(`grant create on database ${name} to ${reader.name}`);
  const operation = newOperation();
  await build(database, operation);
  await database.run(`revoke create on database ${name} from ${reader.name}`);
  await using server = await Session.open({ url: serverOf(database.url), environment: 'test', purpose: 'test' });
  const before = await readDatabase(server, name);

  await swapTarget(targetOf(database), { operation });
  expect((await readDatabase(server, name))?.privileges).toEqual(before?.privileges);
});

test('privileges that were never changed are the default ones after the swap too', async () => {
  await using reader = await createRole();
  await using database = await createDatabase({ sql: OLD });
  const operation = newOperation();
  await build(database, operation);
  const building = buildingName({ database: database.name, operation });
  await onServer(serverOf(database.url), `revoke connect on database "${building}" from public`);
  await onServer(serverOf(database.url), `grant create on database "${building}" to ${reader.name}`);

  await swapTarget(targetOf(database), { operation });
  await using server = await Session.open({ url: serverOf(database.url), environment: 'test', purpose: 'test' });
  const after = await readDatabase(server, database.name);
  expect(after?.privileges?.map(({ grantee, privilege }) => `${grantee} ${privilege}`).sort()).toEqual([
    'null CONNECT',
    'null TEMPORARY',
    'postgres CONNECT',
    'postgres CREATE',
    'postgres TEMPORARY',
  ]);
});

test('encoding, locale and provider are those of the target', async () => {
  const major = 17;
  await using database = await createDatabase({ major });
  const server = serverOf(database.url);
  const name = `${database.name}_icu`;
  await onServer(
    server,
    `create database ${name} template template0 encoding 'UTF8' locale_provider icu icu_locale 'fr' locale 'C'`,
  );
  await using session = await Session.open({ url: server, environment: 'test', purpose: 'test' });
  const target = { name, url: databaseUrl(server, name) };
  const before = await readDatabase(session, name);
  const operation = newOperation();
  await build(target, operation);
  await swapTarget(targetOf(target), { operation });
  const after = await readDatabase(session, name);
  for (const left of [name, ...(await databasesBeside(server, name))])
    await onServer(server, `drop database "${left}"`);

  expect(before).toMatchObject({ provider: 'icu', locale: 'fr', collate: 'C' });
  expect(after).toEqual(before);
});

test('a target of provider libc stays one on a server whose template has another', async () => {
  const server = await startLocalPostgres({ major: 17 });
  try {
    await onServer(
      server.url(),
      `update pg_database set datlocprovider = 'b', datlocale = 'C.UTF-8' where datname = 'template0'`,
    );
    await onServer(server.url(), `create database app template template0 locale_provider libc locale 'C'`);
    const target = { name: 'app', url: server.url('app') };
    const operation = newOperation();
    await build(target, operation);
    await swapTarget(targetOf(target), { operation });
    await using session = await Session.open({ url: server.url(), environment: 'test', purpose: 'test' });

    expect(await readDatabase(session, 'app')).toMatchObject({ provider: 'libc', locale: null });
  } finally {
    await server.stop();
  }
}, 60_000);

test('a swap that is tried again after it was done changes nothing', async () => {
  await using database = await createDatabase({ sql: OLD });
  const operation = newOperation();
  await build(database, operation);
  await swapTarget(targetOf(database), { operation });
  const oid = await database.column('select oid::int from pg_database where datname = current_database()');

  await swapTarget(targetOf(database), { operation });
  expect(await database.column('select oid::int from pg_database where datname = current_database()')).toEqual(oid);
});

test.each(POSTGRES_MAJORS)(
  'on PostgreSQL %i a swap whose session dies between the two renamings has changed nothing, and the next attempt does it',
  async (major) => {
    await using role = await createRole({ major, attributes: 'createdb' });
    await using database = await createDatabase({ major });
    await onServer(serverOf(database.url), `alter database ${database.name} owner to ${role.name}`);
    await onServer(role.on(database), OLD);
    const operation = newOperation();
    const target = as(role, database);
    await build(target, operation);
    const building = buildingName({ database: database.name, operation });
    const holding = await Session.open({
      url: databaseUrl(database.url, building), // a superuser: the second renaming waits for it
      environment: 'test',
      purpose: 'test',
    });
    const swapping = swapTarget(targetOf(target), { operation }).catch((error: unknown) => error);
    await using server = await Session.open({ url: serverOf(database.url), environment: 'test', purpose: 'test' });
    await server.query('select pg_terminate_backend($1)', [await renamingSession(server, building)]);

    expect(await swapping).toMatchObject({ code: 'CONNECTION_FAILED' });
    expect(await tablesOf(target)).toEqual(['old']);
    expect(await databasesBeside(database.url, database.name)).toEqual([building]);

    await holding.close();
    await swapTarget(targetOf(target), { operation });
    expect(await tablesOf(target)).toEqual(['built']);
  },
);

test('a worker that vanishes between the two renamings keeps nobody out for longer than ten seconds', async () => {
  await using database = await createDatabase({ sql: OLD });
  const operation = newOperation();
  await build(database, operation);
  const end = new AbortController();
  let isGone = false;
  const target = withDelays(targetOf(database), async ({ sql }) => {
    isGone ||= sql.endsWith(` rename to "${database.name}"`);
    if (isGone) await sleep(60_000, undefined, { signal: end.signal }); // nothing is sent any more
  });
  const swapping = swapTarget(target, { operation, signal: end.signal }).catch(() => {});
  while (!isGone) await sleep(20);

  let tables: string[] | undefined;
  for (const startedAt = Date.now(); !tables && Date.now() - startedAt < 20_000; )
    tables = await tablesOf(database).catch(() => undefined);
  end.abort();
  await swapping;
  expect(tables).toEqual(['old']);
}, 60_000);

test('nobody is ended who connected to the database that has the name now', async () => {
  await using database = await createDatabase({ sql: OLD });
  const operation = newOperation();
  await build(database, operation);
  const target = withDelays(targetOf(database), async ({ purpose }) => {
    if (purpose === 'swap-end-sessions') await sleep(300);
  });
  const swapping = swapTarget(target, { operation });
  await using session = await connectUntilBuilt(database);
  await swapping;

  expect(await session.query('select from public.built')).toEqual([]);
}, 30_000);

test('a session that may not be ended stops the swap with its role, and the target is open as before', async () => {
  await using role = await createRole({ attributes: 'createdb' });
  await using database = await createDatabase({ sql: OLD });
  await database.run(`alter database ${database.name} owner to ${role.name}`);
  const operation = newOperation();
  await build(as(role, database), operation);
  await using _superuser = await database.session();

  await expect(swapTarget(targetOf(as(role, database)), { operation })).rejects.toMatchObject({
    code: 'TARGET_IN_USE',
    message: expect.stringContaining('postgres (2)'),
  });
  expect(await tablesOf(as(role, database))).toEqual(['old']);
}, 20_000);

test('a transaction that ends within the grace is not interrupted', async () => {
  await using database = await createDatabase({ sql: OLD });
  const operation = newOperation();
  await build(database, operation);
  await using session = await database.session();
  await session.query('begin; insert into public.old values (1)');
  const committed = sleep(800).then(() => session.query('commit'));

  await swapTarget(targetOf(database), { operation });
  await committed;
  await unswapTarget(targetOf(database), { operation });
  expect(await database.column('select id from public.old')).toEqual([1]);
});

test('the lock of the target holds through the swap, for the database that has its name then', async () => {
  await using database = await createDatabase({ sql: OLD });
  const operation = newOperation();
  await build(database, operation);
  await using lock = await lockTarget(targetOf(database), { operation });
  await swapTarget(targetOf(database), { operation });

  await expect(lockTarget(targetOf(database), { operation: 'clone-2' })).rejects.toMatchObject({ code: 'TARGET_BUSY' });
  const holder = `select count(*)::int from pg_stat_activity where datname = current_database() and application_name = 'envclone:${operation}:lock'`;
  for (let waited = 0; waited < 12 && (await database.column<number>(holder))[0] !== 1; waited++) await sleep(1_000);
  expect(await database.column(holder)).toEqual([1]);
  await expect(Promise.race([lock.lost, sleep(100)])).resolves.toBeUndefined();
}, 30_000);

test('a rollback exchanges the names, its undo exchanges them back, and discarding drops the database', async () => {
  await using database = await createDatabase({ sql: OLD });
  const target = targetOf(database);
  const [operation, rollback] = [newOperation(), newOperation()];
  await build(database, operation);
  await swapTarget(target, { operation });
  const points = () => listKeptDatabases(target);
  const before = await points();
  expect(before.map(({ summary }) => summary)).toMatchObject([{ id: operation, kind: 'database', tables: 1 }]);
  const neighbour = { ...target, database: `${target.database}_of_others` };
  expect(await listKeptDatabases(neighbour)).toEqual([]);

  await returnToDatabase(target, { id: operation, operation: rollback });
  await returnToDatabase(target, { id: operation, operation: rollback });
  expect(await tablesOf(database)).toEqual(['old']);
  expect((await points()).map(({ summary }) => summary.id)).toEqual([rollback]);

  await undoReturn(target, { operation: rollback });
  await undoReturn(target, { operation: rollback });
  expect(await tablesOf(database)).toEqual(['built']);
  expect((await points()).map(({ stamp }) => stamp)).toEqual(before.map(({ stamp }) => stamp));

  await dropKeptDatabase(target, { id: operation });
  expect(await databasesBeside(database.url, database.name)).toEqual([]);
});

test('a rollback of a target that is gone finds itself done, and its undo leaves no target again', async () => {
  await using database = await createDatabase({ sql: OLD });
  const { name } = database;
  const [operation, rollback] = [newOperation(), newOperation()];
  await build(database, operation);
  await swapTarget(targetOf(database), { operation });
  await onServer(serverOf(database.url), `drop database ${name} with (force)`);
  const absent = proveTarget({ ...targetOf(database), exists: false });
  const points = () => listKeptDatabases(absent);
  const before = await points();

  await returnToDatabase(absent, { id: operation, operation: rollback });
  await returnToDatabase(targetOf(database), { id: operation, operation: rollback });
  expect(await tablesOf(database)).toEqual(['old']);
  expect(await points()).toEqual([]);

  await undoReturn(targetOf(database), { operation: rollback });
  await undoReturn(absent, { operation: rollback });
  await using server = await Session.open({ url: serverOf(database.url), environment: 'test', purpose: 'test' });
  expect(await readDatabase(server, name)).toBeUndefined();
  expect((await points()).map(({ database: kept, comment }) => [kept, comment])).toEqual(
    before.map(({ database: kept, comment }) => [kept, comment]),
  );
});

test('what a terminated clone built is dropped by the next one, and nothing of anybody else', async () => {
  await using database = await createDatabase({ sql: OLD });
  await using other = await createDatabase({ sql: OLD });
  const [terminated, next, others] = [newOperation(), newOperation(), newOperation()];
  await build(database, terminated);
  await build(database, next);
  await build(other, others);
  const unstamped = buildingName({ database: database.name, operation: 'clone-unstamped' });
  await onServer(serverOf(database.url), `create database "${unstamped}"`);

  const dropped = await dropLeftoverBuildings(targetOf(database), { operation: next });

  expect(dropped.sort()).toEqual([buildingName({ database: database.name, operation: terminated }), unstamped].sort());
  expect(await databasesBeside(database.url, database.name)).toHaveLength(1);
  expect(await databasesBeside(other.url, other.name)).toHaveLength(1);
});

/** The same target behind a slow network: each statement of a session elsewhere on its server waits for `delay`. */
function withDelays(
  target: ConfirmedTarget,
  delay: (statement: { sql: string; purpose: string }) => Promise<unknown>,
): ConfirmedTarget {
  return proveTarget({
    ...target,
    async connectMaintenance(input) {
      const session = await target.connectMaintenance(input);
      const query = session.query.bind(session);
      session.query = (async (sql: string, values?: readonly unknown[]) => {
        await delay({ sql, purpose: input.purpose });
        return query(sql, values);
      }) as Session['query'];
      return session;
    },
  });
}

/** A session in the first database of that name that has the table `built`. */
async function connectUntilBuilt({ url, name }: { url: string; name: string }): Promise<Session> {
  for (const startedAt = Date.now(); Date.now() - startedAt < 10_000; await sleep(10)) {
    const session = await Session.open({ url, environment: name, purpose: 'test' }).catch(() => undefined);
    const found = await session?.query(`select to_regclass('public.built') as built`).catch(() => []);
    if (session && found?.[0]?.built) return session;
    await session?.close();
  }
  throw new Error(`nothing takes the name ${name}`);
}

function serverOf(url: string): string {
  return databaseUrl(url, 'postgres');
}

/** The session that is about to rename this database. */
async function renamingSession(server: Session, database: string): Promise<number> {
  for (const startedAt = Date.now(); Date.now() - startedAt < 10_000; await sleep(20)) {
    const [session] = await server.query<{ pid: number }>(
      'select pid from pg_stat_activity where query like $1 and pid <> pg_backend_pid()',
      [`alter database "${database}" rename%`],
    );
    if (session) return session.pid;
  }
  throw new Error(`nobody renames ${database}`);
}
