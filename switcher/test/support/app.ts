import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { serve } from '@hono/node-server';
import express from 'express';
import fastify from 'fastify';
import { Hono } from 'hono';
import Koa from 'koa';
import * as onExpress from '../../src/adapters/express.js';
import * as onFastify from '../../src/adapters/fastify.js';
import * as onHono from '../../src/adapters/hono.js';
import * as onKoa from '../../src/adapters/koa.js';
import { withSwitcher } from '../../src/adapters/node.js';
import type { Switcher } from '../../src/switcher.js';
import type { Name } from './world.js';

export const ADAPTERS = ['node', 'express', 'fastify', 'hono', 'koa'] as const;
export type Adapter = (typeof ADAPTERS)[number];

export interface App extends AsyncDisposable {
  url: string;
}

/** How a handler gets the request's body: on Node by bare listeners, which is where a context is lost most easily. */
type ReadBody = () => Promise<string>;

export interface Answer {
  status: number;
  body: unknown;
}

/** A small application that writes tokens: the same over every framework. */
export function createHandler(switcher: Switcher<Name>) {
  const { db } = switcher;
  const write = (token: string) => db.getEntityManager().query('insert into tokens values ($1)', [token]);
  return async (path: string, query: URLSearchParams, readBody: ReadBody): Promise<Answer> => {
    const token = query.get('token') ?? '';
    const seen = [db.getCurrentEnvironment()];
    try {
      if (path === '/write') await write(token);
      if (path === '/body') await write(`${token}${await readBody()}`);
      if (path === '/slowly') for (const part of ['a', 'b', 'c']) await sleep(1).then(() => write(`${token}${part}`));
      if (path === '/read') await db.getEntityManager().query('select count(*) from tokens');
      if (path === '/later') setTimeout(() => void write(token).catch(() => {}), 5);
      if (path === '/other') db.getEntityManager(seen[0] === 'dev' ? 'prod' : 'dev');
      if (path === '/transaction')
        await db.getEntityManager().withTransaction(async () => {
          await write(`${token}a`);
          await sleep(1);
          await write(`${token}b`);
          if (query.get('fail')) throw Object.assign(new Error('on purpose'), { code: 'ON_PURPOSE' });
        });
      seen.push(db.getCurrentEnvironment());
      return { status: 200, body: { seen } };
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : String(error);
      return { status: 500, body: { seen, code } };
    }
  };
}

export async function startApp(switcher: Switcher<Name>, adapter: Adapter = 'express'): Promise<App> {
  const handle = createHandler(switcher);
  const server = await SERVERS[adapter](switcher, handle);
  if (!server.listening) await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

type Handle = ReturnType<typeof createHandler>;

const partsOf = (url = '/') => {
  const { pathname, searchParams } = new URL(url, 'http://localhost');
  return [pathname, searchParams] as const;
};

const bodyOf = (request: NodeJS.EventEmitter): Promise<string> =>
  new Promise((resolve, reject) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.once('end', () => resolve(body));
    request.once('error', reject);
  });

const SERVERS: Record<Adapter, (switcher: Switcher<Name>, handle: Handle) => Server | Promise<Server>> = {
  node: (switcher, handle) =>
    createServer(
      withSwitcher(switcher, async (request, response) => {
        const { status, body } = await handle(...partsOf(request.url), () => bodyOf(request));
        response.writeHead(status, { 'Content-Type': 'application/json' });
        response.end(JSON.stringify(body));
      }),
    ),
  express(switcher, handle) {
    const app = express();
    app.use(onExpress.switchDatabase(switcher));
    app.use(async (request, response) => {
      const { status, body } = await handle(...partsOf(request.url), () => bodyOf(request));
      response.status(status).json(body);
    });
    return createServer(app);
  },
  async fastify(switcher, handle) {
    const app = fastify();
    app.removeAllContentTypeParsers();
    app.addContentTypeParser('*', (_request, _payload, done) => done(null));
    onFastify.switchDatabase(app, switcher);
    app.all('/*', async (request, reply) => {
      const { status, body } = await handle(...partsOf(request.raw.url), () => bodyOf(request.raw));
      return reply.code(status).send(body);
    });
    await app.ready();
    return app.server;
  },
  async hono(switcher, handle) {
    const app = new Hono();
    app.use(onHono.switchDatabase(switcher));
    app.all('*', async (context) => {
      const { status, body } = await handle(...partsOf(context.req.url), () => context.req.text());
      return context.json(body as object, status as 200);
    });
    const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' });
    if (!server.listening) await once(server, 'listening');
    return server as Server;
  },
  koa(switcher, handle) {
    const app = new Koa();
    app.use(onKoa.switchDatabase(switcher));
    app.use(async (context) => {
      const { status, body } = await handle(...partsOf(context.url), () => bodyOf(context.req));
      context.status = status;
      context.body = body;
    });
    return createServer(app.callback());
  },
};
