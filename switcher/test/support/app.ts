import { once } from 'node:events';
import type { Server } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RequestSession } from '../../src/contracts/switch-request.js';
import type { Switcher } from '../../src/switcher.js';
import { type Library, openTokens, type Tokens } from './libraries.js';
import { SERVERS } from './servers.js';
import type { Name } from './world.js';

export const ADAPTERS = ['node', 'express', 'fastify', 'hono', 'hono-fetch', 'koa', 'nestjs', 'next'] as const;
export type Adapter = (typeof ADAPTERS)[number];

export interface App extends AsyncDisposable {
  url: string;
}

/** How a handler gets the request's body: on Node by bare listeners, which is where a context is lost most easily. */
type ReadBody = () => Promise<string>;

export interface Answer {
  status: number;
  headers?: Record<string, string>;
  body: unknown;
}

export type Handle = (path: string, query: URLSearchParams, readBody: ReadBody) => Promise<Answer>;

/** What an application says of its pages that may be cached. */
const CACHED = { 'Cache-Control': 'public, max-age=60', Vary: 'Accept-Language' };

/** A small application that writes tokens: the same over every framework, with the library that `?library=` names. */
function createHandler(switcher: Switcher<Name>): Handle {
  const { db } = switcher;
  const opened = new Map<Library, Tokens>();
  const tokensOf = (library: Library): Tokens => {
    const tokens = opened.get(library) ?? openTokens(switcher, library);
    opened.set(library, tokens);
    return tokens;
  };
  return async (path, query, readBody) => {
    const token = query.get('token') ?? '';
    const { provider, write, writeAll } = tokensOf((query.get('library') ?? 'pg') as Library);
    const seen = [provider.getCurrentEnvironment()];
    try {
      if (path === '/write') await write(token);
      if (path === '/body') await write(`${token}${await readBody()}`);
      if (path === '/slowly') for (const part of ['a', 'b', 'c']) await sleep(1).then(() => write(`${token}${part}`));
      if (path === '/read') await db.getEntityManager().query('select count(*) from tokens');
      if (path === '/later') setTimeout(() => void write(token).catch(() => {}), 5);
      if (path === '/other') db.getEntityManager(seen[0] === 'dev' ? 'prod' : 'dev');
      if (path === '/function') await db.getEntityManager().query('select write_token($1)', [token]);
      if (path === '/by-name') await switcher.run(seen[0] ?? 'prod', () => write(token));
      if (path === '/all')
        await writeAll(query.get('fail') ? [`${token}a`, `${token}b`, `${token}a`] : [`${token}a`, `${token}b`]);
      if (path === '/transaction')
        await db.getEntityManager().withTransaction(async () => {
          await write(`${token}a`);
          await sleep(1);
          await write(`${token}b`);
          if (query.get('fail')) throw Object.assign(new Error('on purpose'), { code: 'ON_PURPOSE' });
        });
      seen.push(provider.getCurrentEnvironment());
      return { status: 200, body: { seen }, ...(path === '/cached' && { headers: CACHED }) };
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : String(error);
      return { status: 500, body: { seen, code } };
    }
  };
}

export interface AdapterOptions {
  session?: () => RequestSession;
}

export async function startApp(
  switcher: Switcher<Name>,
  adapter: Adapter = 'express',
  options: AdapterOptions = {},
): Promise<App> {
  const server = await SERVERS[adapter](switcher, createHandler(switcher), options);
  return listening(server);
}

export async function listening(server: Server): Promise<App> {
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
