import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { getRequestListener, serve } from '@hono/node-server';
import { All, Controller, Module, Req, Res } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import express from 'express';
import fastify from 'fastify';
import { Hono } from 'hono';
import Koa from 'koa';
import * as onExpress from '../../src/adapters/express.js';
import * as onFastify from '../../src/adapters/fastify.js';
import * as onFetch from '../../src/adapters/fetch.js';
import * as onHono from '../../src/adapters/hono.js';
import * as onKoa from '../../src/adapters/koa.js';
import * as onNode from '../../src/adapters/node.js';
import type { Switcher } from '../../src/switcher.js';
import type { Adapter, AdapterOptions, Handle } from './app.js';
import type { Name } from './world.js';

type StartServer = (switcher: Switcher<Name>, handle: Handle, options: AdapterOptions) => Server | Promise<Server>;

/** The same application over each framework. */
export const SERVERS: Record<Adapter, StartServer> = {
  node: (switcher, handle, options) =>
    createServer(
      onNode.withSwitcher(
        switcher,
        async (request, response) => {
          const { status, body, headers } = await handle(...partsOf(request.url), () => bodyOf(request));
          response.writeHead(status, { 'Content-Type': 'application/json', ...headers });
          response.end(JSON.stringify(body));
        },
        options,
      ),
    ),
  express(switcher, handle, options) {
    const app = express();
    app.use(onExpress.switchDatabase(switcher, options));
    app.use(async (request, response) => {
      const { status, body, headers = {} } = await handle(...partsOf(request.url), () => bodyOf(request));
      response.status(status).set(headers).json(body);
    });
    return createServer(app);
  },
  async fastify(switcher, handle, options) {
    const app = fastify();
    app.removeAllContentTypeParsers();
    app.addContentTypeParser('*', (_request, _payload, done) => done(null));
    onFastify.switchDatabase(app, switcher, options);
    app.all('/*', async (request, reply) => {
      const { status, body, headers = {} } = await handle(...partsOf(request.raw.url), () => bodyOf(request.raw));
      return reply.code(status).headers(headers).send(body);
    });
    await app.ready();
    return app.server;
  },
  async hono(switcher, handle, options) {
    const { fetch } = honoApp(handle, onHono.switchDatabase(switcher, options));
    const server = serve({ fetch, port: 0, hostname: '127.0.0.1' });
    if (!server.listening) await once(server, 'listening');
    return server as Server;
  },
  'hono-fetch'(switcher, handle, options) {
    const app = honoApp(handle, onHono.switchDatabase(switcher, { ...options, remoteAddress: () => '127.0.0.1' }));
    return createServer(getRequestListener((request) => app.fetch(request)));
  },
  koa(switcher, handle, options) {
    const app = new Koa();
    app.use(onKoa.switchDatabase(switcher, options));
    app.use(async (context) => {
      const { status, body, headers = {} } = await handle(...partsOf(context.url), () => bodyOf(context.req));
      context.set(headers);
      context.status = status;
      context.body = body;
    });
    return createServer(app.callback());
  },
  async nestjs(switcher, handle, options) {
    const app = await NestFactory.create(nestModule(handle), { logger: false, bodyParser: false });
    app.use(onExpress.switchDatabase(switcher, options));
    await app.init();
    return app.getHttpServer() as Server;
  },
  /** As `app/[...path]/route.ts` has it: an exported function from a Request to a Response. */
  next(switcher, handle, options) {
    const ANY = onFetch.withSwitcher(
      switcher,
      async (request) => {
        const { status, body, headers = {} } = await handle(...partsOf(request.url), () => request.text());
        return Response.json(body, { status, headers });
      },
      { ...options, remoteAddress: () => '127.0.0.1' },
    );
    return createServer(getRequestListener((request) => ANY(request)));
  },
};

function honoApp(handle: Handle, middleware: ReturnType<typeof onHono.switchDatabase>): Hono {
  const app = new Hono();
  app.use(middleware);
  app.all('*', async (context) => {
    const { status, body, headers } = await handle(...partsOf(context.req.url), () => context.req.text());
    return context.json(body as object, status as 200, headers);
  });
  return app;
}

/** A controller for every path. Its decorators are called as functions: the tests' compiler has none. */
function nestModule(handle: Handle): new () => object {
  class AppController {
    async answer(request: express.Request, response: express.Response): Promise<void> {
      const { status, body, headers = {} } = await handle(...partsOf(request.url), () => bodyOf(request));
      response.status(status).set(headers).json(body);
    }
  }
  class AppModule {}
  const method = Object.getOwnPropertyDescriptor(AppController.prototype, 'answer') as PropertyDescriptor;
  All('*path')(AppController.prototype, 'answer', method);
  Req()(AppController.prototype, 'answer', 0);
  Res()(AppController.prototype, 'answer', 1);
  Controller()(AppController);
  Module({ controllers: [AppController] })(AppModule);
  return AppModule;
}

function partsOf(url = '/'): readonly [string, URLSearchParams] {
  const { pathname, searchParams } = new URL(url, 'http://localhost');
  return [pathname, searchParams];
}

function bodyOf(request: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.once('end', () => resolve(body));
    request.once('error', reject);
  });
}
