import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import fastifyCookie from '@fastify/cookie';
import fastifySession from '@fastify/session';
import express from 'express';
import session from 'express-session';
import fastify from 'fastify';
import { getIronSession } from 'iron-session';
import { expect, test } from 'vitest';
import * as onExpress from '../src/adapters/express.js';
import * as onFastify from '../src/adapters/fastify.js';
import { withSwitcher } from '../src/adapters/node.js';
import { ironSession } from '../src/sessions/iron-session.js';
import { listening } from './support/app.js';
import { send } from './support/requests.js';
import { createSwitcherWorld, SECRET, type SwitcherWorld } from './support/world.js';

const framework = (world: SwitcherWorld) => world.switcher({ session: { store: 'framework' } });

async function expectRemembered(url: string): Promise<void> {
  const first = await send(`${url}/?env=dev`);
  expect([first.status, first.environment]).toEqual([200, 'dev']);
  const headers = { cookie: first.cookie ?? '' };
  expect(await send(url, { headers })).toMatchObject({ environment: 'dev', source: 'session' });
  const cleared = await send(`${url}/?env=clear`, { headers });
  const after = { cookie: cleared.cookie ?? headers.cookie };
  expect(await send(url, { headers: after })).toMatchObject({ environment: 'prod', source: 'default' });
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

test.each(['express', 'node'])('a choice is kept in an iron-session, on %s', async (framework) => {
  await using world = await createSwitcherWorld();
  const switcher = world.switcher({ session: { store: 'framework' } });
  const options = { password: SECRET, cookieName: 'iron', cookieOptions: { secure: false } };
  const session = async (request: IncomingMessage, response: ServerResponse) =>
    ironSession(await getIronSession<object>(request, response, options));
  const answer = (_request: unknown, response: ServerResponse) => void response.end('{}');
  const handler =
    framework === 'node'
      ? withSwitcher(switcher, answer, { session })
      : express().use(onExpress.switchDatabase(switcher, { session }), answer);
  await using app = await listening(createServer(handler as RequestListener));
  await expectRemembered(app.url);
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
