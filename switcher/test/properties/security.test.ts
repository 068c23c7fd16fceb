import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { SecurityViolation } from '../../src/contracts/security-context.js';
import { ADAPTERS, type Adapter, type App, startApp } from '../support/app.js';
import { createOutage } from '../support/outage.js';
import { anyAdapter, environmentName, headerOf, invalidName, newToken, RUNS, send } from '../support/requests.js';
import { createSwitcherWorld, type SwitcherWorld } from '../support/world.js';

describe.each([13, 17] as const)('PostgreSQL %i', (major) => {
  let world: SwitcherWorld;
  const apps: App[] = [];
  const violations: SecurityViolation[] = [];
  /** One switcher under every adapter. */
  const started = async (options: Parameters<SwitcherWorld['switcher']>[0]) => {
    const switcher = world.switcher(options);
    const started = new Map<Adapter, App>();
    for (const adapter of ADAPTERS) started.set(adapter, await startApp(switcher, adapter));
    apps.push(...started.values());
    return (adapter: Adapter) => started.get(adapter)?.url ?? '';
  };
  beforeAll(async () => {
    world = await createSwitcherWorld({ major });
  });
  afterAll(async () => {
    for (const app of apps) await app[Symbol.asyncDispose]();
    await world[Symbol.asyncDispose]();
  });

  test('Feature: database-environment-switcher, Property 12: Comprehensive logging behavior', async () => {
    const urlOf = await started({});
    await fc.assert(
      fc.asyncProperty(anyAdapter, fc.oneof(environmentName, invalidName), async (adapter, value) => {
        world.logs.length = 0;
        const { environment } = await send(`${urlOf(adapter)}/read?env=${encodeURIComponent(value)}`);
        const determined = world.logs.find(({ event }) => event === 'environment determined');
        expect(determined).toMatchObject({ environment, source: environment === value ? 'url' : 'default' });
        const ignored = world.logs.find(({ event }) => event === 'invalid environment ignored');
        if (environment === value) expect(ignored).toBeUndefined();
        else
          expect(ignored).toMatchObject({
            source: 'url',
            reason: expect.stringMatching(/unknown|too long/),
            environment: 'prod',
          });
        expect(String(ignored?.value ?? '')).toMatch(/^[\x20-\x7e]{0,64}$/);
      }),
      RUNS,
    );
    await using network = await createOutage(world.dev.url);
    const connections = { retries: 0, breakerFailures: 1000 };
    const urlOfFailing = await started({ urls: { dev: network.url }, connections });
    await fc.assert(
      fc.asyncProperty(anyAdapter, fc.constantFrom('refuse', 'reset'), async (adapter, state) => {
        await network.set('up');
        await send(`${urlOfFailing(adapter)}/read?env=dev`);
        world.logs.length = 0;
        await network.set(state);
        await send(`${urlOfFailing(adapter)}/read?env=dev`);
        const failed = world.logs.find(({ event }) => event === 'connection failed');
        expect(failed).toMatchObject({ environment: 'dev', problem: { kind: 'unavailable' } });
        expect(JSON.stringify(failed)).not.toMatch(/postgres:|password/);
      }),
      RUNS,
    );
  });

  test('Feature: database-environment-switcher, Property 14: Debug mode information', async () => {
    const open = await started({ debug: true });
    const byHeader = await started({
      debug: (request: unknown) => headerOf(request, 'x-debug') === 'yes',
    });
    await fc.assert(
      fc.asyncProperty(anyAdapter, environmentName, fc.boolean(), async (adapter, name, isAllowed) => {
        const shown = await send(`${open(adapter)}/read?env=${name}`);
        const debug = JSON.parse(shown.headers.get('x-database-env-debug') ?? '{}');
        expect(debug).toMatchObject({ environment: name, isConnected: true, breaker: 'closed', pool: { max: 10 } });
        expect(typeof debug.latencyMs).toBe('number');
        expect(JSON.stringify(debug)).not.toMatch(/password|postgres:|@/);
        const headers = { 'x-debug': isAllowed ? 'yes' : 'no' };
        const other = await send(`${byHeader(adapter)}/read?env=${name}`, { headers });
        expect(other.headers.has('x-database-env-debug')).toBe(isAllowed);
      }),
      RUNS,
    );
  });

  test('Feature: database-environment-switcher, Property 15: Security access control', async () => {
    const urlOf = await started({
      security: {
        mode: 'production',
        access: { dev: { ips: ['10.0.0.0/8', '2001:db8::/32'], roles: ['developer'] } },
        trustedProxies: ['loopback'],
        rolesOf: (request: unknown) => [headerOf(request, 'x-role') ?? ''],
        rateLimit: { requests: 100_000, windowSeconds: 60 },
      },
    });
    const address = fc.constantFrom(
      { ip: '10.1.2.3', isAllowed: true },
      { ip: '::ffff:10.1.2.3', isAllowed: true },
      { ip: '2001:db8::7', isAllowed: true },
      { ip: '192.0.2.1', isAllowed: false },
      { ip: '10.1.2.3, 192.0.2.1', isAllowed: false },
      { ip: 'not an address', isAllowed: false },
    );
    const asked = fc.constantFrom<[string, Record<string, string>]>(
      ['&env=dev', {}],
      ['', { 'X-Database-Env': 'dev' }],
    );
    await fc.assert(
      fc.asyncProperty(
        anyAdapter,
        address,
        fc.constantFrom('developer', 'guest', ''),
        asked,
        async (adapter, { ip, isAllowed }, role, [query, header]) => {
          const token = newToken();
          const answer = await send(`${urlOf(adapter)}/write?token=${token}${query}`, {
            headers: { ...header, 'X-Forwarded-For': ip, ...(role && { 'X-Role': role }) },
          });
          const mayEnter = isAllowed && role === 'developer';
          expect(answer.status).toBe(mayEnter ? 200 : 403);
          expect(await world.whereIs(token)).toEqual(mayEnter ? ['dev'] : []);
        },
      ),
      RUNS,
    );
    const spoofing = await started({ security: { mode: 'production', access: { dev: { ips: ['10.0.0.0/8'] } } } });
    for (const adapter of ADAPTERS) {
      const spoofed = await send(`${spoofing(adapter)}/read?env=dev`, { headers: { 'X-Forwarded-For': '10.1.2.3' } });
      expect(spoofed.status).toBe(403);
    }
  });

  test('Feature: database-environment-switcher, Property 16: Security violation handling', async () => {
    const onViolation = (violation: SecurityViolation) => violations.push(violation);
    await fc.assert(
      fc.asyncProperty(anyAdapter, fc.integer({ min: 1, max: 6 }), async (adapter, requests) => {
        const rateLimit = { requests, windowSeconds: 60 };
        const switcher = world.switcher({ security: { mode: 'production', rateLimit, onViolation } });
        await using app = await startApp(switcher, adapter);
        violations.length = 0;
        world.logs.length = 0;
        const statuses: number[] = [];
        for (let at = 0; at < requests + 2; at++)
          statuses.push((await send(`${app.url}/read?env=dev&secret=7`)).status);
        expect(statuses).toEqual([...Array(requests).fill(403), 429, 429]);
        expect(violations.map(({ reason }) => reason)).toEqual([...Array(requests).fill('closed'), 'rate', 'rate']);
        expect(violations[0]).toMatchObject({
          environment: 'dev',
          clientIp: '127.0.0.1',
          method: 'GET',
          path: '/read',
        });
        expect(world.logs.filter(({ event }) => event === 'security violation')).toHaveLength(requests + 2);
        expect(JSON.stringify(world.logs)).not.toContain('secret');
        expect((await send(`${app.url}/read`)).status).toBe(200); // the default environment is not limited
      }),
      RUNS,
    );
  });
});
