import { expect, test } from 'vitest';
import { createOwner } from '../../examples/loft/create.js';
import { openDesk } from '../../worker/desk.js';
import { checksum } from '../support/checksum.js';
import { databasesBeside, databaseUrl, onServer, type PostgresMajor } from '../support/databases.js';
import { MASK_KEY } from '../support/mask-key.js';
import { createWorld, type World } from '../support/world.js';

const CLONE = { source: 'production', target: 'test', confirm: 'test', onTrouble: 'rollback' } as const;

test.each<PostgresMajor>([13, 17])(
  'on PostgreSQL %i a target role that is no superuser gets a valid clone',
  async (major) => {
    await using world = await createWorld({ major, restorePoint: 'auto' });
    await using _target = await hosted(world);

    const result = await world.cloner.cloneEnvironment(CLONE);

    expect(result.validation.errors).toEqual([]);
    expect(result.warnings.join()).toContain('postgres');
  },
  120_000,
);

test('an extension and a publication that the role may not create are left out; an extension that is used is refused until it is there', async () => {
  const source = `
      create table t (id int primary key); create extension pg_stat_statements; create extension pg_trgm;
      create publication everything for all tables; create publication part for table t`;
  await using world = await createWorld({ major: 17, source, restorePoint: 'auto' });
  await using _target = await hosted(world);
  const superuser = databaseUrl(world.source.url, world.target.name);

  const { leftOut } = await (await openDesk(world.directory)).plan(CLONE);
  expect(leftOut).toEqual([
    {
      kind: 'publication',
      name: 'everything',
      reason: expect.stringContaining('only superusers publish all tables'),
    },
    {
      kind: 'extension',
      name: 'pg_stat_statements',
      reason: expect.stringMatching(/nothing depends on it.*permission denied to create extension/),
    },
  ]);
  const result = await world.cloner.cloneEnvironment(CLONE);
  expect(result.validation.errors).toEqual([]);
  expect(await world.target.column('select extname from pg_extension order by 1')).toEqual(['pg_trgm', 'plpgsql']);
  expect(await world.target.column("select from pg_namespace where nspname = 'envclone_tried'")).toEqual([]);
  expect(await world.target.column('select pubname from pg_publication')).toEqual(['part']);

  await onServer(world.source.url, 'create view slowest as select query from pg_stat_statements limit 1');
  await expect(world.cloner.cloneEnvironment(CLONE)).rejects.toMatchObject({
    code: 'PLAN_REFUSED',
    message: expect.stringContaining('have a superuser run create extension "pg_stat_statements" there'),
  });
  await onServer(superuser, 'create extension pg_stat_statements');
  expect(await world.cloner.cloneEnvironment(CLONE)).toMatchObject({ validation: { errors: [] } });
}, 120_000);

test('extensions that a superuser made in the target stay as they are, and a failed clone is undone around them', async () => {
  const source = 'create table t (id int primary key); insert into t values (1)';
  await using world = await createWorld({ major: 13, source, restorePoint: 'auto' });
  await using hosting = await hosted(world);
  const superuser = databaseUrl(world.source.url, world.target.name);
  await onServer(hosting.url, 'create table kept (id int primary key); insert into kept values (1), (2)');
  await onServer(
    superuser,
    'create schema tools; create extension dblink schema tools; create extension pg_stat_statements',
  );
  await onServer(superuser, `grant select on pg_stat_statements to ${hosting.user}, pg_monitor`);
  await onServer(superuser, `grant execute on function tools.dblink_connect_u(text) to ${hosting.user}`);
  const before = await checksum(superuser);
  await onServer(superuser, 'create publication of_superuser for table kept');
  await expect(world.cloner.cloneEnvironment(CLONE)).rejects.toMatchObject({
    target: 'untouched',
    message: expect.stringContaining('publication of_superuser (owner postgres)'),
  });
  await onServer(superuser, 'drop publication of_superuser');

  const onlyThere = `select 1 / (current_database() = '${world.source.name}')::int as one`;
  await onServer(world.source.url, `create materialized view filled as ${onlyThere}`);
  await expect(world.cloner.cloneEnvironment(CLONE)).rejects.toMatchObject({ target: 'restored' });
  expect(await checksum(superuser)).toEqual(before);

  await onServer(world.source.url, 'drop materialized view filled');
  expect(await world.cloner.cloneEnvironment(CLONE)).toMatchObject({ validation: { errors: [] } });
  expect(await world.target.column('select extname from pg_extension order by 1')).toEqual([
    'dblink',
    'pg_stat_statements',
    'plpgsql',
  ]);
  await world.cloner.rollbackClone({ environment: 'test', confirm: 'test' });
  expect(await checksum(superuser)).toEqual(before);
}, 120_000);

/** The target's role owns its database and may create others, and is no superuser. */
async function hosted(world: World): Promise<AsyncDisposable & { user: string; url: string }> {
  const serverUrl = databaseUrl(world.target.url, 'postgres');
  const user = `owner_${world.target.name}`;
  const [url = ''] = await createOwner({ serverUrl, user, password: 'owner', databases: [world.target.name] });
  await world.environment('test', { DATABASE_URL: url, ENVCLONE_MASK_KEY: MASK_KEY });
  return {
    user,
    url,
    async [Symbol.asyncDispose]() {
      for (const beside of await databasesBeside(serverUrl, world.target.name))
        await onServer(serverUrl, `drop database "${beside}"`);
      await onServer(serverUrl, `drop database ${world.target.name} with (force)`);
      await onServer(serverUrl, `drop role if exists ${user}`).catch(() => {});
    },
  };
}
