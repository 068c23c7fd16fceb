import { spawn } from 'node:child_process';
import { Redis } from 'ioredis';
import pg from 'pg';
import { type RateLimiterAbstract, RateLimiterPostgres, RateLimiterRedis } from 'rate-limiter-flexible';
import { expect, test } from 'vitest';
import { freePort } from '../../examples/local-postgres.js';
import { startApp } from './support/app.js';
import { findProgram } from './support/programs.js';
import { send } from './support/requests.js';
import { createSwitcherWorld } from './support/world.js';

/** Two processes of one application, as far as they share anything: each its own switcher over the same counts. */
async function expectSharedCounts(limiter: () => RateLimiterAbstract): Promise<void> {
  await using world = await createSwitcherWorld();
  const security = () => ({ mode: 'development' as const, limiter: limiter() });
  await using one = await startApp(world.switcher({ security: security() }));
  await using other = await startApp(world.switcher({ security: security() }));
  const statuses: number[] = [];
  for (const app of [one, other, one, other]) statuses.push((await send(`${app.url}/read?env=dev`)).status);
  expect(statuses).toEqual([200, 200, 200, 429]);
  expect((await send(`${one.url}/read`)).status).toBe(200);
}

test('counts are shared through PostgreSQL', async () => {
  await using world = await createSwitcherWorld();
  const storeClient = new pg.Pool({ connectionString: world.prod.url });
  await new Promise<void>((resolve, reject) => {
    const made = new RateLimiterPostgres({ storeClient, points: 3, duration: 60, tableName: 'hits' }, (error) =>
      error ? reject(error) : resolve(),
    );
    expect(made.points).toBe(3);
  });
  await expectSharedCounts(
    () => new RateLimiterPostgres({ storeClient, points: 3, duration: 60, tableName: 'hits', tableCreated: true }),
  );
  await storeClient.end();
});

const redisServer = findProgram('redis-server');
if (!redisServer)
  console.warn('There is no Redis on this machine: shared counts in it are not tested. apt install redis-server');

test.skipIf(!redisServer)('counts are shared through Redis; while it is away nobody is let in uncounted', async () => {
  const port = await freePort();
  const server = spawn(redisServer ?? '', ['--port', String(port), '--save', '', '--appendonly', 'no'], {
    stdio: 'ignore',
  });
  const storeClient = new Redis(port, '127.0.0.1', { retryStrategy: () => 50 });
  storeClient.on('error', () => {}); // it tries again
  const limiter = () => new RateLimiterRedis({ storeClient, points: 3, duration: 60 });
  await expectSharedCounts(limiter);

  await using world = await createSwitcherWorld();
  await using app = await startApp(world.switcher({ security: { mode: 'development', limiter: limiter() } }));
  server.kill();
  await new Promise((resolve) => server.once('exit', resolve));
  expect(await send(`${app.url}/read?env=dev`)).toMatchObject({ status: 503, environment: null });
  expect(await send(`${app.url}/read`)).toMatchObject({ status: 200, environment: 'prod' });
  storeClient.disconnect();
});
