import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ADAPTERS, type App, startApp } from './support/app.js';
import { createSwitcherWorld, type SwitcherWorld } from './support/world.js';

let world: SwitcherWorld;
beforeAll(async () => {
  world = await createSwitcherWorld();
});
afterAll(() => world[Symbol.asyncDispose]());

describe.each(ADAPTERS)('%s', (adapter) => {
  let app: App;
  beforeAll(async () => {
    app = await startApp(world.switcher(), adapter);
  });
  afterAll(() => app[Symbol.asyncDispose]());

  const get = (path: string, init?: RequestInit) => fetch(`${app.url}${path}`, init);
  const jsonOf = async (response: Response) => (await response.json()) as { seen: string[]; code?: string };

  test('the parameter, the header and nothing choose the database, and the response says which', async () => {
    for (const [query, headers, expected, source] of [
      ['&env=dev', {}, 'dev', 'url'],
      ['', { 'X-Database-Env': 'dev' }, 'dev', 'header'],
      ['&env=prod', { 'X-Database-Env': 'dev' }, 'prod', 'url'],
      ['', {}, 'prod', 'default'],
      ['&env=nowhere', {}, 'prod', 'default'],
    ] as const) {
      const token = `${adapter}${query}${JSON.stringify(headers)}`;
      const response = await get(`/write?token=${encodeURIComponent(token)}${query}`, { headers });
      expect(await jsonOf(response)).toEqual({ seen: [expected, expected] });
      expect([response.headers.get('x-database-env'), response.headers.get('x-database-env-source')]).toEqual([
        expected,
        source,
      ]);
      expect(response.headers.get('vary')).toContain('X-Database-Env, Cookie');
      expect(response.headers.get('cache-control')).toBe(expected === 'dev' ? 'private, no-store' : null);
      expect(await world.whereIs(token)).toEqual([expected]);
    }
  });

  test('the choice of a URL is kept in a cookie, until it is cleared', async () => {
    const first = await get('/read?env=dev');
    const [cookie = ''] = first.headers.getSetCookie();
    expect(cookie).toMatch(/^database-env=v1\..*HttpOnly; SameSite=Lax$/);
    const headers = { cookie: cookie.split(';')[0] ?? '' };
    const second = await get('/read', { headers });
    expect([second.headers.get('x-database-env'), second.headers.get('x-database-env-source')]).toEqual([
      'dev',
      'session',
    ]);
    expect(second.headers.getSetCookie()).toEqual([]);
    const cleared = await get('/read?env=clear', { headers });
    expect(cleared.headers.getSetCookie().join()).toContain('Max-Age=0');
    expect(cleared.headers.get('x-database-env')).toBe('prod');
  });

  test('timers, bare listeners and work after the response keep the environment', async () => {
    const body = await get(`/body?token=${adapter}-body-&env=dev`, {
      method: 'POST',
      body: 'sent',
      headers: { 'Content-Type': 'text/plain' },
    });
    expect(await jsonOf(body)).toEqual({ seen: ['dev', 'dev'] });
    expect(await world.whereIs(`${adapter}-body-sent`)).toEqual(['dev']);
    await get(`/later?token=${adapter}-later&env=dev`);
    for (let tries = 0; tries < 300 && (await world.whereIs(`${adapter}-later`)).length === 0; tries++) await sleep(10);
    expect(await world.whereIs(`${adapter}-later`)).toEqual(['dev']);
  });

  test('requests at the same time do not see each other', async () => {
    const all = await Promise.all(
      Array.from({ length: 40 }, async (_, at) => {
        const environment = at % 2 === 0 ? 'dev' : 'prod';
        const response = await get(`/slowly?token=${adapter}-${at}-&env=${environment}`);
        return { environment, ...(await jsonOf(response)) };
      }),
    );
    for (const { environment, seen } of all) expect(seen).toEqual([environment, environment]);
    const inDev = await world.dev.column(`select token from tokens where token like '${adapter}-%-b'`);
    expect(inDev).toHaveLength(20);
    expect(inDev.every((token) => Number(token.slice(adapter.length + 1).split('-')[0]) % 2 === 0)).toBe(true);
  });

  test('a request that asks its code for another environment is refused', async () => {
    expect(await jsonOf(await get('/other?env=dev'))).toMatchObject({ code: 'ENVIRONMENT_SWITCHED' });
  });

  test('what is not allowed is a problem document', async () => {
    await using closed = await startApp(world.switcher({ security: { mode: 'production' } }), adapter);
    const response = await fetch(`${closed.url}/read?env=dev`);
    expect(response.status).toBe(403);
    expect(response.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(await response.json()).toMatchObject({ status: 403, title: 'Environment not allowed' });
    expect(response.headers.get('x-database-env-requested')).toBe('dev');
  });
});
