import { afterAll, beforeAll, expect, test } from 'vitest';
import { createGuard } from '../safety/world.js';
import { createDatabase, onServer } from '../support/databases.js';
import { createReplicatedProduction, type ReplicatedProduction } from '../support/replicated-production.js';

let production: ReplicatedProduction;

beforeAll(async () => {
  production = await createReplicatedProduction({ major: 17, sql: 'create table t (a int)' });
}, 60_000);

afterAll(() => production[Symbol.asyncDispose]());

async function guardOf({ DATABASE_URL, DATABASE_REPLICA_URL }: ReplicatedProduction['variables'], test = '') {
  const world = await createGuard({ urls: { production: DATABASE_URL, test: test || DATABASE_URL } });
  await world.write(
    '.env.production',
    `DATABASE_URL="${DATABASE_URL}"\nDATABASE_REPLICA_URL="${DATABASE_REPLICA_URL}"\n`,
  );
  return { guard: await world.reload(), [Symbol.asyncDispose]: () => world[Symbol.asyncDispose]() };
}

test('what is read of production with a standby is read there, by a role that was proven', async () => {
  await using world = await guardOf(production.variables);
  const source = await world.guard.admitSource('production');
  await using session = await source.connect({ purpose: 'test' });
  expect(await session.query('select pg_is_in_recovery() as "isStandby"')).toEqual([{ isStandby: true }]);
  expect(source.url).toBe(production.variables.DATABASE_REPLICA_URL);
});

test('a role that can write is refused on a standby too', async () => {
  const { primary: DATABASE_URL, standby: DATABASE_REPLICA_URL } = production;
  await using world = await guardOf({ DATABASE_URL, DATABASE_REPLICA_URL });
  await expect(world.guard.admitSource('production')).rejects.toMatchObject({ code: 'SOURCE_NOT_READ_ONLY' });
});

test.each(['primary', 'standby'] as const)('the %s of production is no target', async (which) => {
  await using world = await guardOf(production.variables, production[which]);
  await expect(world.guard.admitTarget('test', { confirm: 'test' })).rejects.toMatchObject({
    code: 'TARGET_IS_PRODUCTION',
  });
});

test('a standby of another database is a mistake, whoever is asked', async () => {
  await using other = await createDatabase();
  await using target = await createDatabase();
  const variables = { DATABASE_URL: other.url, DATABASE_REPLICA_URL: production.standby };
  await using world = await guardOf(variables, target.url);
  const mistake = {
    code: 'CONFIGURATION_INVALID',
    message: expect.stringContaining('DATABASE_REPLICA_URL: leads to no standby of what DATABASE_URL leads to'),
  };
  await expect(world.guard.admitSource('production')).rejects.toMatchObject(mistake);
  await expect(world.guard.admitTarget('test', { confirm: 'test' })).rejects.toMatchObject(mistake);
});

test('a standby that lets go of what its primary still removes, and one that is none, are worth a warning', async () => {
  const { DATABASE_URL } = production.variables;
  await using asPrimary = await guardOf({ DATABASE_URL, DATABASE_REPLICA_URL: DATABASE_URL });
  expect((await asPrimary.guard.admitSource('production')).warnings).toContain(
    'DATABASE_REPLICA_URL of production leads to a server that is no standby (any more)',
  );
  await using world = await guardOf(production.variables);
  const warning = expect.stringContaining('hot_standby_feedback = off');
  expect((await world.guard.admitSource('production')).warnings).toContainEqual(warning);
  await onServer(production.standby, 'alter system set hot_standby_feedback = on');
  await onServer(production.standby, 'select pg_reload_conf()');
  await expect.poll(async () => (await world.guard.admitSource('production')).warnings).not.toContainEqual(warning);
});
