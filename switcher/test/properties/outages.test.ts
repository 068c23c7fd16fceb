import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Switcher } from '../../src/switcher.js';
import { ADAPTERS, type Adapter, type App, startApp } from '../support/app.js';
import { createOutage, type Network, type Outage } from '../support/outage.js';
import { anyAdapter, anyLibrary, environmentName, newToken, RUNS, send } from '../support/requests.js';
import { createSwitcherWorld, type Name, type SwitcherWorld } from '../support/world.js';

/** Short, so that a hundred outages take seconds. */
const TIMINGS = {
  connectTimeoutMs: 60,
  queryTimeoutMs: 60,
  validationTimeoutMs: 400,
  retries: 1,
  retryDelayMs: 1,
  retryDelayMaxMs: 2,
  breakerFailures: 1000,
};

/** Where nothing hangs, nothing has to be given up early, however busy the machine is. */
const PATIENT = { ...TIMINGS, connectTimeoutMs: 5_000, queryTimeoutMs: 5_000, validationTimeoutMs: 10_000 };

const down = fc.constantFrom<Network>('refuse', 'reset', 'refuse', 'reset', 'hang');

describe.each([13, 17] as const)('PostgreSQL %i', (major) => {
  let world: SwitcherWorld;
  let network: Record<Name, Outage>;
  const apps: App[] = [];
  const switchers: Switcher<Name>[] = [];
  beforeAll(async () => {
    world = await createSwitcherWorld({ major });
  });
  beforeEach(async () => {
    network = { prod: await createOutage(world.prod.url), dev: await createOutage(world.dev.url) };
  });
  afterEach(async () => {
    for (const app of apps.splice(0)) await app[Symbol.asyncDispose]();
    for (const switcher of switchers.splice(0)) await switcher.close();
    await network.prod[Symbol.asyncDispose]();
    await network.dev[Symbol.asyncDispose]();
  });
  afterAll(() => world[Symbol.asyncDispose]());

  const started = async (options: Parameters<SwitcherWorld['switcher']>[0] = {}) => {
    const readOnly = new URL(world.readOnlyUrl);
    readOnly.host = new URL(network.prod.url).host;
    const urls = { prod: network.prod.url, dev: network.dev.url, readOnly: readOnly.toString() };
    const switcher = world.switcher({ urls, connections: TIMINGS, session: { store: 'none' }, ...options });
    const started = new Map<Adapter, App>();
    for (const adapter of ADAPTERS) started.set(adapter, await startApp(switcher, adapter));
    apps.push(...started.values());
    switchers.push(switcher);
    return { urlOf: (adapter: Adapter) => started.get(adapter)?.url ?? '', switcher };
  };

  test('Feature: database-environment-switcher, Property 3: Connection validation before switching', async () => {
    const { urlOf, switcher } = await started({
      fallback: 'none',
      connections: { ...TIMINGS, connectTimeoutMs: 300, queryTimeoutMs: 300, validationTimeoutMs: 5_000 },
    });
    await fc.assert(
      fc.asyncProperty(
        anyAdapter,
        fc.constantFrom<Network>('up', 'up', 'up', 'refuse', 'reset', 'refuse', 'hang'),
        async (adapter, state) => {
          await network.dev.set(state);
          const token = newToken();
          const answer = await send(`${urlOf(adapter)}/write?token=${token}&env=dev`);
          await network.dev.set('up');
          // What was validated is what serves: the handler never meets a database that is not there.
          if (state === 'up') expect(answer.status).toBe(200);
          else if (answer.status !== 503) expect(answer.body.code).toBeDefined();
          const { isHealthy } = await switcher.connections.validateConnection('dev');
          expect(isHealthy).toBe(true);
          expect((await send(`${urlOf(adapter)}/write?token=${token}-again&env=dev`)).status).toBe(200);
          expect(await world.whereIs(`${token}-again`)).toEqual(['dev']);
        },
      ),
      RUNS,
    );
  }, 120_000);

  test('Feature: database-environment-switcher, Property 17: Database unavailability fallback', async () => {
    const policies = {
      'read-only': await started({ connections: PATIENT }),
      full: await started({ connections: PATIENT, fallback: 'full' }),
      none: await started({ connections: PATIENT, fallback: 'none' }),
    };
    await network.dev.set('refuse');
    const method = fc.constantFrom('GET', 'HEAD', 'POST', 'DELETE');
    await fc.assert(
      fc.asyncProperty(
        anyAdapter,
        fc.constantFrom('read-only', 'full', 'none'),
        method,
        fc.boolean(),
        anyLibrary,
        async (adapter, policy, method, isStrict, library) => {
          const url = policies[policy as keyof typeof policies].urlOf(adapter);
          const token = newToken();
          const headers: Record<string, string> = isStrict ? { Prefer: 'respond-async, handling=strict' } : {};
          const path = method === 'GET' || method === 'HEAD' ? '/read' : '/write';
          const answer = await send(`${url}${path}?token=${token}&env=dev`, { method, headers });
          const isSafe = path === '/read';
          const stands = !isStrict && (policy === 'full' || (policy === 'read-only' && isSafe));
          expect(answer.status).toBe(stands ? 200 : 503);
          expect(answer.requested).toBe('dev');
          expect([answer.environment, answer.fallback]).toEqual(stands ? ['prod', policy] : [null, null]);
          expect(await world.whereIs(token)).toEqual(stands && !isSafe ? ['prod'] : []);
          // Even a handler that writes where it should only read cannot, unless everything may go to the default.
          if (stands && isSafe && policy === 'read-only' && method === 'GET') {
            for (const how of ['write', 'function', 'by-name', 'all']) {
              const writing = await send(`${url}/${how}?token=${token}&env=dev&library=${library}`);
              expect(writing.status).toBe(500);
            }
            expect([...(await world.whereIs(token)), ...(await world.whereIs(`${token}a`))]).toEqual([]);
          }
        },
      ),
      RUNS,
    );
  }, 120_000);

  test('Feature: database-environment-switcher, Property 18: Complete failure error handling', async () => {
    const connections = { ...TIMINGS, connectTimeoutMs: 20, queryTimeoutMs: 20, retries: 0 };
    const open = await started({ connections });
    const debugged = await started({ connections, debug: true });
    await fc.assert(
      fc.asyncProperty(anyAdapter, down, environmentName, fc.boolean(), async (adapter, state, name, isDebug) => {
        const url = (isDebug ? debugged : open).urlOf(adapter);
        await network.dev.set(state);
        await network.prod.set(state);
        // The first request may be the one that finds a connection lost.
        await send(`${url}/read?env=${name}`);
        const answer = await fetch(`${url}/read?env=${name}`);
        const problem = await answer.json();
        await network.dev.set('up');
        await network.prod.set('up');
        expect(answer.status).toBe(503);
        expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
        expect(answer.headers.get('retry-after')).toBe('5');
        expect(problem).toMatchObject({
          status: 503,
          title: 'Database not available',
          detail: expect.stringContaining(name),
        });
        expect('diagnostics' in problem).toBe(isDebug);
        expect(JSON.stringify(problem)).not.toMatch(/password|postgresql:|127\.0\.0\.1/);
      }),
      RUNS,
    );
  }, 240_000);

  test('Feature: database-environment-switcher, Property 19: Connection retry with backoff', async () => {
    const silent = fc.constantFrom<Network>('reset', 'hang');
    await fc.assert(
      fc.asyncProperty(silent, fc.integer({ min: 1, max: 3 }), async (state, retries) => {
        await network.dev.set(state);
        const connectTimeoutMs = state === 'hang' ? 20 : PATIENT.connectTimeoutMs;
        const connections = { ...PATIENT, connectTimeoutMs, retries, retryDelayMs: 4, retryDelayMaxMs: 200 };
        const urls = { prod: network.prod.url, dev: network.dev.url };
        const switcher = world.switcher({ urls, connections, fallback: 'none' });
        world.logs.length = 0;
        network.dev.attempts.length = 0;
        const { isHealthy, lastError } = await switcher.connections.validateConnection('dev');
        await switcher.close();
        expect([isHealthy, lastError?.kind]).toEqual([false, state === 'hang' ? 'timeout' : 'unavailable']);
        expect(network.dev.attempts).toHaveLength(1 + retries);
        const delays = world.logs.flatMap(({ event, delayMs }) =>
          event === 'connection retried' ? [Number(delayMs)] : [],
        );
        expect(delays).toHaveLength(retries);
        const waited = network.dev.attempts.slice(1).map((at, index) => at - (network.dev.attempts[index] ?? 0));
        for (const [at, delay] of delays.entries()) {
          expect(waited[at]).toBeGreaterThanOrEqual(delay - 2);
          expect(delay).toBeLessThanOrEqual(4 * 3 ** (at + 1) + 1); // about twice as long each time, with jitter
        }
      }),
      RUNS,
    );
  }, 120_000);

  test('Feature: database-environment-switcher, Property 20: Schema mismatch resilience', async () => {
    const { urlOf, switcher } = await started({ connections: PATIENT });
    const names = fc.constantFrom('orders', 'tokens_extra', 'Größe');
    await fc.assert(
      fc.asyncProperty(anyAdapter, names, fc.boolean(), async (adapter, name, isColumn) => {
        const object = isColumn ? `alter table tokens add "${name}" int` : `create table "${name}" (id int)`;
        const undo = isColumn ? `alter table tokens drop "${name}"` : `drop table "${name}"`;
        world.logs.length = 0;
        await world.prod.run(object);
        const { schema } = await switcher.connections.switchConnection('dev');
        await switcher.connections.switchConnection('dev');
        const token = newToken();
        const written = await send(`${urlOf(adapter)}/write?token=${token}&env=dev`);
        const missing = isColumn ? `select "${name}" from tokens` : `select * from "${name}"`;
        const failed = await switcher.run('dev', () =>
          switcher.db
            .getEntityManager()
            .query(missing)
            .catch((error: unknown) => error),
        );
        await world.prod.run(undo);
        const warnings = world.logs.filter(({ event }) => event === 'schema mismatch');
        expect(schema).toMatchObject({
          status: 'different',
          missing: isColumn ? [`public.tokens.${name} integer`] : [`public.${name}.id integer`],
        });
        expect(warnings).toHaveLength(1);
        expect([written.status, await world.whereIs(token)]).toEqual([200, ['dev']]);
        expect(failed).toMatchObject({ code: 'SCHEMA_MISMATCH', message: expect.stringContaining(name) });
        await switcher.connections.switchConnection('dev');
        expect(switcher.connections.getConnectionStatus('dev').schema.status).toBe('equal');
      }),
      RUNS,
    );
  }, 120_000);
});
