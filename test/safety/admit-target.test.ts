import { expect, test } from 'vitest';
import { writeStamp } from '../../engine/safety/stamp.js';
import { createDatabase, databaseUrl, POSTGRES_MAJORS } from '../support/databases.js';
import { createGuard, createRole } from './world.js';

const NOBODY = 'postgres://u:sesame@127.0.0.1:1/app';

test('production by type is refused without a connection, and alerted', async () => {
  await using world = await createGuard({ urls: { production: NOBODY } });
  await expect(
    world.guard.admitTarget('production', { confirm: 'production', operation: 'clone-1' }),
  ).rejects.toMatchObject({
    code: 'TARGET_IS_PRODUCTION',
    details: { by: 'type' },
  });
  expect(world.alerts).toMatchObject([
    { event: 'refused', code: 'TARGET_IS_PRODUCTION', environment: 'production', operation: 'clone-1' },
  ]);
  await expect(world.guard.blockWriteOperations('production')).rejects.toMatchObject({ code: 'TARGET_IS_PRODUCTION' });
});

test.each([undefined, '', 'Test', 'production'])(
  'confirmed as %j, the target test is refused without a connection',
  async (confirm) => {
    await using world = await createGuard({ urls: { production: NOBODY, test: NOBODY } });
    await expect(world.guard.admitTarget('test', { confirm })).rejects.toMatchObject({ code: 'TARGET_NOT_CONFIRMED' });
  },
);

test.each([
  ['the same URL', (url: string) => url],
  ['another name of the host', (url: string) => url.replace('127.0.0.1', 'localhost')],
  ['an IPv6 form of the host', (url: string) => url.replace('127.0.0.1', '[::ffff:127.0.0.1]')],
  ['other parameters', (url: string) => `${url}?application_name=other`],
  ['another scheme', (url: string) => url.replace('postgres:', 'postgresql:')],
])('production under %s is refused', async (_, alias) => {
  await using database = await createDatabase();
  await using world = await createGuard({ urls: { production: database.url, test: alias(database.url) } });
  await expect(world.guard.admitTarget('test', { confirm: 'test' })).rejects.toMatchObject({
    code: 'TARGET_IS_PRODUCTION',
    details: { by: 'identity', production: 'production' },
  });
  expect(world.alerts).toHaveLength(1);
});

test.each(POSTGRES_MAJORS)('production through another user is refused on PostgreSQL %i', async (major) => {
  await using role = await createRole({ major });
  await using database = await createDatabase({ major });
  await using world = await createGuard({ urls: { production: database.url, test: role.on(database) } });
  await expect(world.guard.admitTarget('test', { confirm: 'test' })).rejects.toMatchObject({
    code: 'TARGET_IS_PRODUCTION',
  });
  expect(await world.guard.verifyTargetEnvironment('test')).toBe(false);
});

test('identity holds where the system identifier may not be read', async () => {
  await using role = await createRole();
  await using database = await createDatabase({ sql: 'revoke execute on function pg_control_system() from public' });
  await using world = await createGuard({ urls: { production: role.on(database), test: database.url } });
  await expect(world.guard.admitTarget('test', { confirm: 'test' })).rejects.toMatchObject({
    code: 'TARGET_IS_PRODUCTION',
  });
});

test('a second production is compared as well', async () => {
  await using first = await createDatabase();
  await using second = await createDatabase();
  await using world = await createGuard({
    urls: { production: first.url, productionEu: second.url, test: second.url },
  });
  await expect(world.guard.admitTarget('test', { confirm: 'test' })).rejects.toMatchObject({
    details: { production: 'productionEu' },
  });
});

test.each(['production', 'PRODUCTION', 'productionEu'])('a database stamped %s is refused', async (stamp) => {
  await using production = await createDatabase();
  await using target = await createDatabase();
  await target.run(`alter database ${target.name} set "envclone.environment" = '${stamp}'`);
  await using world = await createGuard({ urls: { productionEu: production.url, test: target.url } });
  await expect(world.guard.admitTarget('test', { confirm: 'test' })).rejects.toMatchObject({
    code: 'TARGET_IS_PRODUCTION',
    details: { by: 'stamp' },
  });
});

test('a database stamped as another environment is refused with the statement that resets it', async () => {
  await using production = await createDatabase();
  await using target = await createDatabase();
  await target.run(`comment on database ${target.name} is 'ours\nenvclone.environment=training'`);
  await using world = await createGuard({ urls: { production: production.url, test: target.url } });
  const refusal = await world.guard.admitTarget('test', { confirm: 'test' }).catch((error) => error);
  expect(refusal).toMatchObject({ code: 'TARGET_STAMP_MISMATCH', message: expect.stringContaining('training') });
  await target.run(refusal.details.resetSql);
  await expect(world.guard.admitTarget('test', { confirm: 'test' })).resolves.toMatchObject({ environment: 'test' });
  expect(
    await target.column(
      `select shobj_description(oid, 'pg_database') from pg_database where datname = '${target.name}'`,
    ),
  ).toEqual(['ours']);
});

test('a stamp that a client or a role sets does not count', async () => {
  await using role = await createRole();
  await using production = await createDatabase();
  await using target = await createDatabase();
  await target.run(`alter role ${role.name} set "envclone.environment" = 'production'`);
  await using world = await createGuard({ urls: { production: production.url, test: role.on(target) } });
  await expect(world.guard.admitTarget('test', { confirm: 'test' })).resolves.toMatchObject({ database: target.name });
});

test('source and target must be two databases', async () => {
  await using production = await createDatabase();
  await using database = await createDatabase();
  await using world = await createGuard({
    urls: { production: production.url, staging: database.url, test: database.url.replace('127.0.0.1', 'localhost') },
  });
  await expect(world.guard.admitTarget('test', { confirm: 'test', source: 'staging' })).rejects.toMatchObject({
    code: 'SAME_DATABASE',
  });
  await expect(world.guard.admitTarget('test', { confirm: 'test', source: 'test' })).rejects.toMatchObject({
    code: 'SAME_DATABASE',
  });
});

test('two databases of one server are two databases', async () => {
  await using production = await createDatabase();
  await using target = await createDatabase();
  await using world = await createGuard({ urls: { production: production.url, test: target.url } });
  const confirmed = await world.guard.admitTarget('test', { confirm: 'test', source: 'production' });
  expect(confirmed).toMatchObject({ environment: 'test', type: 'test', database: target.name, exists: true });
  await using session = await confirmed.connect({ purpose: 'test' });
  await session.query('create table public.t ()');
  expect(await world.guard.verifyTargetEnvironment('test')).toBe(true);
  expect(world.alerts).toEqual([]);
});

test.each(POSTGRES_MAJORS)('a database that is still to be created is admitted on PostgreSQL %i', async (major) => {
  await using production = await createDatabase({ major });
  const url = databaseUrl(production.url, 'still to be "created"');
  await using world = await createGuard({ urls: { production: production.url, test: url.replaceAll('"', '%22') } });
  const confirmed = await world.guard.admitTarget('test', { confirm: 'test' });
  expect(confirmed).toMatchObject({ exists: false, database: 'still to be "created"' });
  await using session = await confirmed.connectMaintenance({ purpose: 'test' });
  expect(await session.query('select current_database()::text as name')).toEqual([{ name: 'postgres' }]);
});

test('production that never answered blocks the target', async () => {
  await using target = await createDatabase();
  await using world = await createGuard({ urls: { production: NOBODY, test: target.url } });
  const refusal = await world.guard.admitTarget('test', { confirm: 'test' }).catch((error) => error);
  expect(refusal).toMatchObject({ code: 'CONNECTION_FAILED', message: expect.stringContaining('127.0.0.1:1') });
  expect(refusal.message).not.toContain('sesame');
});

test('production that answered before and is down now does not block an undo', async () => {
  await using role = await createRole();
  await using production = await createDatabase();
  await using target = await createDatabase();
  await using world = await createGuard({ urls: { production: role.on(production), test: target.url } });
  await world.guard.admitTarget('test', { confirm: 'test' });
  await production.run(`alter role ${role.name} nologin`);
  await expect(world.guard.admitTarget('test', { confirm: 'test' })).resolves.toMatchObject({ database: target.name });
});

test('production that is down is recognized by the identity it had', async () => {
  await using role = await createRole();
  await using production = await createDatabase();
  await using target = await createDatabase();
  await using before = await createGuard({ urls: { production: role.on(production), test: target.url } });
  await before.guard.admitTarget('test', { confirm: 'test' });
  await production.run(`alter role ${role.name} nologin`);
  await before.write('.env.test', `DATABASE_URL=${production.url}`);
  await expect((await before.reload()).admitTarget('test', { confirm: 'test' })).rejects.toMatchObject({
    code: 'TARGET_IS_PRODUCTION',
  });
});

test('a target keeps its own stamp through the next admission', async () => {
  await using production = await createDatabase();
  await using target = await createDatabase();
  await using world = await createGuard({ urls: { production: production.url, test: target.url } });
  await writeStamp(await world.guard.admitTarget('test', { confirm: 'test' }), 'test');
  await expect(world.guard.admitTarget('test', { confirm: 'test' })).resolves.toMatchObject({ exists: true });
});
