import { expect, test } from 'vitest';
import { createDatabase, POSTGRES_MAJORS } from '../support/databases.js';
import { createGuard, createRole } from './world.js';

const NOBODY = 'postgres://u:sesame@127.0.0.1:1/app';
const TABLES = 'revoke create on schema public from public; create table t (a int); insert into t values (1)';

test.each(POSTGRES_MAJORS)('a role that can write is refused with what and the fix on PostgreSQL %i', async (major) => {
  await using role = await createRole({ major });
  await using database = await createDatabase({ major, sql: TABLES });
  await database.run(`grant select, update on t to ${role.name}`);
  await using world = await createGuard({ urls: { production: role.on(database) } });
  const refusal = await world.guard.admitSource('production', { operation: 'clone-1' }).catch((error) => error);
  expect(refusal).toMatchObject({
    code: 'SOURCE_NOT_READ_ONLY',
    next: expect.stringContaining('envclone source-role production'),
  });
  expect(refusal.message.split('\n')).toEqual([
    'the role of production can write:',
    `  UPDATE on table public.t (granted to ${role.name})`,
    `    fix: revoke update on table public.t from ${role.name}`,
  ]);
  expect(world.alerts).toMatchObject([{ event: 'refused', code: 'SOURCE_NOT_READ_ONLY' }]);
});

test('a refusal lists twenty things and counts the rest', async () => {
  await using role = await createRole();
  await using database = await createDatabase();
  await database.run(
    `do $$begin for i in 1..25 loop execute format('create table t%s (); grant delete on t%s to ${role.name}', i, i); end loop; end$$`,
  );
  await using world = await createGuard({ urls: { production: role.on(database) } });
  const refusal = await world.guard.admitSource('production').catch((error) => error);
  expect(refusal.message.match(/fix:/g)).toHaveLength(20);
  expect(refusal.message).toContain('and 5 more');
});

test('a reader of production is admitted, announced once per operation, and cannot write', async () => {
  await using role = await createRole();
  await using database = await createDatabase({ sql: TABLES });
  await database.run(`grant select on t to ${role.name}`);
  await using world = await createGuard({ urls: { production: role.on(database) } });
  const source = await world.guard.admitSource('production', { operation: 'clone-1', requestedBy: 'me' });
  await world.guard.admitSource('production', { operation: 'clone-1' });
  expect(source).toMatchObject({ environment: 'production', type: 'production', warnings: [] });
  expect(world.alerts).toMatchObject([
    { event: 'production_read', environment: 'production', operation: 'clone-1', requestedBy: 'me' },
  ]);
  await using session = await source.connect({ purpose: 'test' });
  expect(await session.query('select a from public.t')).toEqual([{ a: 1 }]);
  await expect(session.query('create temporary table x ()')).rejects.toThrow('read-only');
});

test('production read as another environment is still proven', async () => {
  await using reader = await createRole();
  await using database = await createDatabase({ sql: TABLES });
  await using world = await createGuard({
    urls: { production: reader.on(database), staging: database.url.replace('127.0.0.1', 'localhost') },
  });
  await expect(world.guard.admitSource('staging')).rejects.toMatchObject({ code: 'SOURCE_NOT_READ_ONLY' });
});

test('a database stamped production is proven, whatever its type', async () => {
  await using database = await createDatabase();
  await database.run(`alter database ${database.name} set "envclone.environment" = 'production'`);
  await using world = await createGuard({ urls: { staging: database.url } });
  await expect(world.guard.admitSource('staging')).rejects.toMatchObject({ code: 'SOURCE_NOT_READ_ONLY' });
  await expect(world.guard.admitReadable('staging')).rejects.toMatchObject({ code: 'SOURCE_NOT_READ_ONLY' });
});

test('a source that is no production may belong to its owner, and is read READ ONLY', async () => {
  await using production = await createDatabase();
  await using database = await createDatabase({ sql: TABLES });
  await using world = await createGuard({ urls: { production: production.url, staging: database.url } });
  const source = await world.guard.admitSource('staging');
  await using session = await source.connect({ purpose: 'test' });
  await expect(session.query('insert into public.t values (2)')).rejects.toThrow('read-only');
  expect(world.alerts).toEqual([]);
});

test('an environment is looked at while production is down', async () => {
  await using database = await createDatabase();
  await using world = await createGuard({ urls: { production: NOBODY, test: database.url } });
  await expect(world.guard.admitReadable('test')).resolves.toMatchObject({ environment: 'test', type: 'test' });
});

test('a session that may write is refused even for a reader', async () => {
  await using database = await createDatabase();
  await using session = await database.session();
  await using world = await createGuard({ urls: { production: database.url } });
  await expect(world.guard.enforceReadOnlyAccess(session)).rejects.toMatchObject({
    message: expect.stringContaining('the session is not READ ONLY'),
  });
});

test('a source that is down is told with its host and without its password', async () => {
  await using world = await createGuard({ urls: { production: NOBODY } });
  const failure = await world.guard.admitSource('production').catch((error) => error);
  expect(failure).toMatchObject({ code: 'CONNECTION_FAILED', message: expect.stringContaining('127.0.0.1:1') });
  expect(JSON.stringify(failure) + failure.message).not.toContain('sesame');
});
