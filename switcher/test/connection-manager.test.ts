import { afterAll, beforeAll, expect, test } from 'vitest';
import { ADAPTERS, startApp } from './support/app.js';
import { createOutage } from './support/outage.js';
import { send } from './support/requests.js';
import { createSwitcherWorld, type SwitcherWorld } from './support/world.js';

let world: SwitcherWorld;
beforeAll(async () => {
  world = await createSwitcherWorld();
});
afterAll(() => world[Symbol.asyncDispose]());

const TIMINGS = {
  connectTimeoutMs: 300,
  queryTimeoutMs: 300,
  validationTimeoutMs: 5_000,
  retries: 0,
  breakerFailures: 2,
  breakerOpenMs: 100,
};
const environments = (dev: object) => ({ prod: { url: world.prod.url }, dev: { url: world.dev.url, ...dev } });

test('a full pool is told from an outage, and does not open the breaker', async () => {
  const { connections } = world.switcher({ environments: environments({ max: 2 }), connections: TIMINGS });
  const taken = [await connections.getConnection('dev'), await connections.getConnection('dev')];
  for (let tries = 0; tries < 5; tries++)
    await expect(connections.getConnection('dev')).rejects.toMatchObject({
      code: 'POOL_EXHAUSTED',
      message: expect.stringContaining('All 2 connections of dev'),
    });
  expect(connections.getConnectionStatus('dev')).toMatchObject({ breaker: 'closed', isConnected: true });
  for (const client of taken) client.release();
  expect(await connections.validateConnection('dev')).toMatchObject({ isHealthy: true });
});

test('failures in a row open the breaker, which refuses at once, and closes when the database is back', async () => {
  await using network = await createOutage(world.dev.url);
  const { connections } = world.switcher({ urls: { dev: network.url }, connections: TIMINGS });
  await network.set('refuse');
  for (let tries = 0; tries < 2; tries++) await connections.validateConnection('dev');
  expect(connections.getConnectionStatus('dev').breaker).toBe('open');
  network.attempts.length = 0;
  await expect(connections.getConnection('dev')).rejects.toMatchObject({ code: 'DATABASE_UNAVAILABLE' });
  expect(network.attempts).toEqual([]);
  await network.set('up');
  await new Promise((resolve) => setTimeout(resolve, TIMINGS.breakerOpenMs + 20));
  expect(await connections.validateConnection('dev')).toMatchObject({
    isHealthy: true,
    breaker: 'closed',
    lastError: undefined,
  });
  const events = world.logs.map(({ event }) => event);
  expect(events).toEqual(expect.arrayContaining(['circuit breaker opened', 'circuit breaker closed']));
});

test('an established connection that falls silent is left after the query’s time', async () => {
  await using network = await createOutage(world.dev.url);
  const switcher = world.switcher({ urls: { dev: network.url }, connections: TIMINGS });
  await switcher.connections.switchConnection('dev');
  await network.set('hang');
  const query = switcher.run('dev', () => switcher.db.getEntityManager().query('select 1'));
  await expect(query).rejects.toThrow('timeout');
  expect(switcher.connections.getConnectionStatus('dev')).toMatchObject({
    isHealthy: false,
    lastError: { kind: 'timeout' },
  });
  await network.set('up');
  expect(await switcher.connections.validateConnection('dev')).toMatchObject({ isHealthy: true });
});

test('a connection that is lost while somebody has it is no crash, and the next look finds the database again', async () => {
  const { connections } = world.switcher();
  const client = await connections.getConnection('dev');
  const { rows } = await client.query('select pg_backend_pid() as pid');
  await world.dev.run(`select pg_terminate_backend(${rows[0].pid})`);
  await expect.poll(() => connections.getConnectionStatus('dev').lastError?.kind).toBe('unavailable');
  client.release(true);
  expect(await connections.validateConnection('dev')).toMatchObject({ isHealthy: true });
});

test('while a database is healthy, asking for it sends nothing', async () => {
  await using network = await createOutage(world.dev.url);
  const { connections } = world.switcher({ urls: { dev: network.url } });
  await connections.validateConnection('dev');
  const asked = async () =>
    Number((await world.dev.column(`select count(*) from pg_stat_activity where datname = current_database()`))[0]);
  const before = await asked();
  network.attempts.length = 0;
  for (let at = 0; at < 1000; at++) await connections.validateConnection('dev');
  expect([network.attempts.length, await asked()]).toEqual([0, before]);
});

test('a database that says it is production is never used for another environment, whatever its URL', async () => {
  await using misled = await createSwitcherWorld();
  await misled.dev.run(`alter database "${misled.dev.name}" set "envclone.environment" = 'prod'`);
  const { connections } = misled.switcher();
  const status = await connections.validateConnection('dev');
  expect(status).toMatchObject({
    isHealthy: false,
    lastError: { kind: 'identity', message: expect.stringContaining('says it is prod') },
  });
  await expect(connections.getConnection('dev')).rejects.toMatchObject({ code: 'IDENTITY_MISMATCH' });
});

test('a clone that carries its stamp as a comment is known by it', async () => {
  await using commented = await createSwitcherWorld();
  await commented.dev.run(`alter database "${commented.dev.name}" reset "envclone.environment"`);
  await commented.dev.run(
    `comment on database "${commented.dev.name}" is E'Our clone.\\nenvclone.environment=dev\\nAsk Karim.'`,
  );
  expect(await commented.switcher().connections.validateConnection('dev')).toMatchObject({ isHealthy: true });
});

test('a stand-in whose role could write is not used', async () => {
  const { connections } = world.switcher({ urls: { readOnly: world.prod.url } });
  expect(await connections.validateConnection('prod', 'read-only')).toMatchObject({ isHealthy: false });
  await expect(connections.getConnection('prod', 'read-only')).rejects.toMatchObject({
    cause: { message: expect.stringContaining('it is a superuser') },
  });
});

test('a pool that somebody kept serves no request of another environment', async () => {
  const switcher = world.switcher();
  const pool = switcher.connections.pool('prod');
  const switched = { code: 'ENVIRONMENT_SWITCHED' };
  await switcher.run('dev', async () => {
    await expect(pool.query('select 1')).rejects.toMatchObject(switched);
    await expect(pool.connect()).rejects.toMatchObject(switched);
    const told = await new Promise((resolve) => pool.query('select 1', resolve));
    expect(told).toMatchObject(switched);
  });
  const { rowCount } = await switcher.run('prod', () => pool.query('select 1'));
  expect(rowCount).toBe(1);
});

test.each(ADAPTERS)('once the switcher is closed, %s answers that no database is available', async (adapter) => {
  const switcher = world.switcher();
  await using app = await startApp(switcher, adapter);
  expect((await send(`${app.url}/read`)).status).toBe(200);
  await switcher.close();
  for (const [path, method] of [
    ['/read', 'GET'],
    ['/read?env=dev', 'GET'],
    ['/write', 'POST'],
  ]) {
    const answer = await fetch(`${app.url}${path}`, { method: method ?? 'GET' });
    expect(answer.status).toBe(503);
    expect(await answer.json()).toMatchObject({ title: 'Database not available' });
  }
  await expect(switcher.connections.getConnection('prod')).rejects.toMatchObject({ code: 'DATABASE_UNAVAILABLE' });
});
