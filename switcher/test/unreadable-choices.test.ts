import { createServer } from 'node:http';
import express from 'express';
import session from 'express-session';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as onExpress from '../src/adapters/express.js';
import { type CookieContent, signCookie } from '../src/sessions/signed-cookie.js';
import { listening, startApp } from './support/app.js';
import { newToken, send } from './support/requests.js';
import { createSwitcherWorld, SECRET, type SwitcherWorld } from './support/world.js';

let world: SwitcherWorld;
beforeAll(async () => {
  world = await createSwitcherWorld();
});
afterAll(() => world[Symbol.asyncDispose]());

const nowSeconds = () => Math.floor(Date.now() / 1000);
const signed = (content: Partial<CookieContent>, secret = SECRET) =>
  signCookie({ environment: 'dev', sessionId: 'a', expiresAt: nowSeconds() + 60, ...content }, secret);
const sessionId = (request: unknown) => (request as { headers: Record<string, string> }).headers['x-session'];
const bound = { store: 'cookie' as const, secrets: [SECRET], secure: false, sessionId, onDoubt: 'refuse' as const };

describe('a cookie', () => {
  const cases: [title: string, value: () => string][] = [
    ['that is out of date', () => signed({ expiresAt: nowSeconds() - 1 })],
    ['of another session', () => signed({ sessionId: 'b' })],
    ['of a secret that is gone', () => signed({}, 'a-secret-that-was-there-before-this-one')],
    ['of an environment that is gone', () => signed({ environment: 'staging' })],
    ['that brings the session that it was signed for', () => `${signed({ sessionId: 'b' })}%00b`],
    ['that is no cookie of ours', () => 'x'],
  ];

  test.each(cases)('%s reads the default environment and writes nowhere', async (_title, value) => {
    await using app = await startApp(world.switcher({ session: bound }));
    const headers = { cookie: `database-env=${value()}`, 'X-Session': 'a' };
    expect(await send(`${app.url}/read`, { headers })).toMatchObject({ status: 200, environment: 'prod' });
    const token = newToken();
    for (const method of ['POST', 'PUT', 'DELETE', 'PATCH']) {
      const answer = await fetch(`${app.url}/write?token=${token}`, { method, headers });
      expect([answer.status, answer.headers.get('content-type')]).toEqual([503, 'application/problem+json']);
      expect(await answer.json()).toMatchObject({ title: 'Choice not readable' });
    }
    expect(await world.whereIs(token)).toEqual([]);
  });

  test.each(cases)('%s writes the default environment where that is configured', async (_title, value) => {
    await using app = await startApp(world.switcher({ session: { ...bound, onDoubt: 'default' } }));
    const headers = { cookie: `database-env=${value()}`, 'X-Session': 'a' };
    const token = newToken();
    expect((await send(`${app.url}/write?token=${token}`, { method: 'POST', headers })).status).toBe(200);
    expect(await world.whereIs(token)).toEqual(['prod']);
  });

  test('is made anew by a choice in the URL, and stays in the browser when it counts no more', async () => {
    await using app = await startApp(world.switcher({ session: { ...bound, maxAgeSeconds: 60 } }));
    const nearItsEnd = signed({ expiresAt: nowSeconds() + 2 });
    const headers = { cookie: `database-env=${nearItsEnd}`, 'X-Session': 'a' };
    const answer = await send(`${app.url}/read?env=dev`, { headers });
    expect(answer.cookie).toMatch(/^database-env=v1/);
    expect(answer.cookie).not.toContain(nearItsEnd);
    const [, maxAge] = /Max-Age=(\d+)/.exec(answer.headers.getSetCookie().join()) ?? [];
    expect(Number(maxAge)).toBeGreaterThan(60);
  });

  test('that cannot be read gives way to a choice in the URL, and to its end there', async () => {
    await using app = await startApp(world.switcher({ session: bound }));
    const headers = { cookie: 'database-env=x', 'X-Session': 'a' };
    for (const [name, expected] of [
      ['dev', 'dev'],
      ['clear', 'prod'],
    ]) {
      const token = newToken();
      await send(`${app.url}/write?token=${token}&env=${name}`, { method: 'POST', headers });
      expect(await world.whereIs(token)).toEqual([expected]);
    }
  });
});

describe('express-session', () => {
  const started = async () => {
    const store = new session.MemoryStore();
    const switcher = world.switcher({ session: { store: 'framework', onDoubt: 'refuse' } });
    const app = express();
    app.use(session({ secret: SECRET, resave: false, saveUninitialized: false, store }));
    app.use(onExpress.switchDatabase(switcher));
    app.use(async (request, response) => {
      if (request.method === 'POST')
        await switcher.db.getEntityManager().query('insert into tokens values ($1)', [request.query.token]);
      response.json({});
    });
    const { url, [Symbol.asyncDispose]: close } = await listening(createServer(app));
    const { cookie = '' } = await send(`${url}/?env=dev`);
    const written = async (headers: Record<string, string>) => {
      const token = newToken();
      const { status } = await send(`${url}/?token=${token}`, { method: 'POST', headers });
      return { status, at: await world.whereIs(token) };
    };
    return { url, store, cookie, written, [Symbol.asyncDispose]: close };
  };

  test('whose store is away: whoever chose writes nowhere, everybody else production', async () => {
    await using app = await started();
    expect(await app.written({ cookie: app.cookie })).toEqual({ status: 200, at: ['dev'] });
    app.store.emit('disconnect');
    expect(await app.written({ cookie: app.cookie })).toEqual({ status: 503, at: [] });
    expect(await app.written({})).toEqual({ status: 200, at: ['prod'] });
    expect(await send(app.url, { headers: { cookie: app.cookie } })).toMatchObject({
      status: 200,
      environment: 'prod',
    });
    app.store.emit('connect');
    expect(await app.written({ cookie: app.cookie })).toEqual({ status: 200, at: ['dev'] });
  });

  test('that ended: whoever chose in it writes nowhere until the choice is cleared', async () => {
    await using app = await started();
    await new Promise((resolve) => app.store.clear(resolve));
    expect(await app.written({ cookie: app.cookie })).toEqual({ status: 503, at: [] });
    const { headers } = await send(`${app.url}/?env=clear`, { headers: { cookie: app.cookie } });
    expect(headers.getSetCookie().join()).toMatch(/database-env-kept=; Max-Age=0/);
  });
});
