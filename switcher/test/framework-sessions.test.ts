import { once } from 'node:events';
import { createServer } from 'node:http';
import fastifyCookie from '@fastify/cookie';
import fastifySession from '@fastify/session';
import express from 'express';
import session from 'express-session';
import fastify from 'fastify';
import { expect, test } from 'vitest';
import * as onExpress from '../src/adapters/express.js';
import * as onFastify from '../src/adapters/fastify.js';
import { send } from './support/requests.js';
import { createSwitcherWorld, SECRET, type SwitcherWorld } from './support/world.js';

const framework = (world: SwitcherWorld) => world.switcher({ session: { store: 'framework' } });

async function expectRemembered(url: string): Promise<void> {
  const first = await send(`${url}/?env=dev`);
  expect([first.status, first.environment]).toEqual([200, 'dev']);
  const headers = { cookie: first.cookie ?? '' };
  expect(await send(url, { headers })).toMatchObject({ environment: 'dev', source: 'session' });
  await send(`${url}/?env=clear`, { headers });
  expect(await send(url, { headers })).toMatchObject({ environment: 'prod', source: 'default' });
}

test('a choice is kept in the session of express-session', async () => {
  await using world = await createSwitcherWorld();
  const app = express();
  app.use(session({ secret: SECRET, resave: false, saveUninitialized: false }));
  app.use(onExpress.switchDatabase(framework(world)));
  app.use((_request, response) => void response.json({}));
  const server = createServer(app);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  await expectRemembered(`http://127.0.0.1:${(server.address() as { port: number }).port}`);
  server.close();
});

test('a choice is kept in the session of @fastify/session', async () => {
  await using world = await createSwitcherWorld();
  const app = fastify();
  await app.register(fastifyCookie);
  await app.register(fastifySession, { secret: SECRET, cookie: { secure: false } });
  onFastify.switchDatabase(app, framework(world));
  app.get('/', async () => ({}));
  await expectRemembered(await app.listen({ port: 0, host: '127.0.0.1' }));
  await app.close();
});

test('a session that fails leads to the default environment, and breaks nothing', async () => {
  await using world = await createSwitcherWorld();
  const app = express();
  const broken = () => {
    throw new Error('the store is gone');
  };
  app.use((request, _response, next) => {
    Object.defineProperty(request, 'session', {
      value: new Proxy({}, { get: broken, set: broken, getOwnPropertyDescriptor: broken }),
    });
    next();
  });
  app.use(onExpress.switchDatabase(framework(world)));
  app.use((_request, response) => void response.json({}));
  const server = createServer(app);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const url = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
  expect(await send(url)).toMatchObject({ status: 200, environment: 'prod' });
  expect(await send(`${url}/?env=dev`)).toMatchObject({ status: 200, environment: 'dev' });
  expect(world.logs.filter(({ event }) => event === 'session failed').map(({ doing }) => doing)).toContain('store');
  server.close();
});
