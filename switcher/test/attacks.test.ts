import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { switchDatabase } from '../src/adapters/hono.js';
import { signCookie } from '../src/sessions/signed-cookie.js';
import { ADAPTERS, startApp } from './support/app.js';
import { createOutage } from './support/outage.js';
import { newToken, send } from './support/requests.js';
import { createSwitcherWorld, SECRET, type SwitcherWorld } from './support/world.js';

let world: SwitcherWorld;
beforeAll(async () => {
  world = await createSwitcherWorld();
});
afterAll(() => world[Symbol.asyncDispose]());

const cookieFor = (environment: string) =>
  `database-env=${signCookie({ environment, sessionId: '', expiresAt: Math.floor(Date.now() / 1000) + 60 }, SECRET)}`;

test.each([
  ['/write?%65nv=dev', 'dev'],
  ['/write?env=%64%65v', 'dev'],
  ['/write?env[]=dev', 'prod'],
  ['/write?env[a]=dev', 'prod'],
  ['/write?env=dev&%65nv=prod', 'prod'],
  ['/write?env=dev&env=dev', 'prod'],
  ['/write?a=1;env=dev', 'prod'],
  ['/write?env=dev%00', 'prod'],
  ['/write?env=dev%2Cprod', 'prod'],
  ['/write?env=__proto__', 'prod'],
  ['/write?env=constructor&__proto__[env]=dev', 'prod'],
  [`/write?env=${'d'.repeat(10_000)}`, 'prod'],
])('%s is served by %s', async (path, expected) => {
  await using app = await startApp(world.switcher());
  const token = newToken();
  const answer = await send(`${app.url}${path}&token=${token}`, { method: 'POST' });
  expect(answer).toMatchObject({ status: 200, environment: expected });
  expect(await world.whereIs(token)).toEqual([expected]);
});

test('a parameter behind a # in the request line is none', async () => {
  await using app = await startApp(world.switcher(), 'node');
  const { hostname, port } = new URL(app.url);
  const socket = connect(Number(port), hostname);
  socket.write('GET /read#?env=dev HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
  let said = '';
  for await (const bytes of socket) said += bytes;
  expect(said).toMatch(/^x-database-env: prod/im);
});

test('a megabyte in a name is read as no name, where no server stops it before', async () => {
  const { Hono } = await import('hono');
  const app = new Hono();
  app.use(switchDatabase(world.switcher()));
  app.get('*', (context) => context.text('ok'));
  const huge = 'x'.repeat(1024 * 1024);
  const answers = [
    await app.request(`/?env=${huge}`),
    await app.request('/', { headers: { 'X-Database-Env': huge } }),
    await app.request('/', { headers: { cookie: `database-env=${huge}` } }),
  ];
  for (const answer of answers) expect([answer.status, answer.headers.get('x-database-env')]).toEqual([200, 'prod']);
});

describe('a request of a session that chose dev', () => {
  const headers = { cookie: cookieFor('dev') };
  const written = async (options: Parameters<SwitcherWorld['switcher']>[0], method = 'POST') => {
    await using app = await startApp(world.switcher(options));
    const token = newToken();
    const answer = await send(`${app.url}/write?token=${token}`, { method, headers });
    return {
      status: answer.status,
      forgets: answer.headers.getSetCookie().join().includes('Max-Age=0'),
      at: await world.whereIs(token),
    };
  };
  const access = { dev: { roles: ['developer'] } };

  test('writes nowhere when it is not allowed any more, and the choice stays', async () => {
    expect(await written({ security: { mode: 'production' } })).toEqual({ status: 403, forgets: false, at: [] });
  });

  test('reads the default environment then, with a role that can only SELECT, until the choice is cleared', async () => {
    await using app = await startApp(world.switcher({ security: { mode: 'production' } }));
    const [tried, cleared] = [newToken(), newToken()];
    expect(await send(`${app.url}/read`, { headers })).toMatchObject({
      status: 200,
      environment: 'prod',
      fallback: 'read-only',
      cookie: undefined,
    });
    expect((await send(`${app.url}/write?token=${tried}`, { headers })).status).toBe(500);
    expect(await world.whereIs(tried)).toEqual([]);
    await send(`${app.url}/write?token=${cleared}&env=clear`, { method: 'POST', headers });
    expect(await world.whereIs(cleared)).toEqual(['prod']);
  });

  test('writes nowhere when there are too many, and the choice stays', async () => {
    await using app = await startApp(
      world.switcher({ security: { mode: 'development', rateLimit: { requests: 1, windowSeconds: 60 } } }),
    );
    const token = newToken();
    expect((await send(`${app.url}/read`, { headers })).environment).toBe('dev');
    const answer = await send(`${app.url}/write?token=${token}`, { method: 'POST', headers });
    expect([answer.status, answer.cookie, await world.whereIs(token)]).toEqual([429, undefined, []]);
  });

  test.each([
    [
      'throws',
      () => {
        throw new Error('no directory');
      },
    ],
    ['never answers', () => new Promise<string[]>(() => {})],
  ])('writes nowhere when whoever knows its roles %s, and the choice stays', async (_what, rolesOf) => {
    expect(await written({ security: { mode: 'production', access, rolesOf } })).toEqual({
      status: 503,
      forgets: false,
      at: [],
    });
  });

  test('writes nowhere when the audit sink fails besides', async () => {
    const onViolation = () => {
      throw new Error('the disk is full');
    };
    expect(await written({ security: { mode: 'production', onViolation } })).toEqual({
      status: 403,
      forgets: false,
      at: [],
    });
  });
});

test('the choice of a URL is kept also when its database is down: what follows does not reach production', async () => {
  await using network = await createOutage(world.dev.url);
  await network.set('refuse');
  await using app = await startApp(world.switcher({ urls: { dev: network.url }, connections: { retries: 0 } }));
  const { status, cookie = '' } = await send(`${app.url}/write?env=dev&token=unused`, { method: 'POST' });
  const token = newToken();
  const following = await send(`${app.url}/write?token=${token}`, { method: 'POST', headers: { cookie } });
  expect([status, following.status, await world.whereIs(token)]).toEqual([503, 503, []]);
});

test('addresses of one IPv6 subscriber are counted together', async () => {
  const security = {
    mode: 'development' as const,
    trustedProxies: ['loopback'],
    rateLimit: { requests: 2, windowSeconds: 60 },
  };
  await using app = await startApp(world.switcher({ security }));
  const status = async (ip: string) =>
    (await send(`${app.url}/read?env=dev`, { headers: { 'X-Forwarded-For': ip } })).status;
  expect(await status('2001:db8:1:2::1')).toBe(200);
  expect(await status('2001:db8:1:2:ffff::2')).toBe(200);
  expect(await status('2001:db8:1:2::3')).toBe(429);
  expect(await status('2001:db8:1:3::3')).toBe(200);
});

describe.each(ADAPTERS)('%s', (adapter) => {
  test.each(['HEAD', 'OPTIONS', 'get'])('%s says which database too', async (method) => {
    await using app = await startApp(world.switcher(), adapter);
    const response = await fetch(`${app.url}/read?env=DEV`, { method });
    expect([response.status, response.headers.get('x-database-env')]).toEqual([200, 'dev']);
  });

  test('a session’s store that never answers holds no request up for long', async () => {
    const never = () => new Promise<void>(() => {});
    await using app = await startApp(world.switcher({ session: { store: 'framework' } }), adapter, {
      session: () => ({ get: () => undefined, set: never, delete: never }),
    });
    const startedAt = performance.now();
    expect(await send(`${app.url}/read?env=dev`)).toMatchObject({ status: 200, environment: 'dev' });
    expect(performance.now() - startedAt).toBeLessThan(10_000);
  });

  test('what a handler says of caching does not let a cache keep another environment’s page', async () => {
    await using app = await startApp(world.switcher(), adapter);
    const dev = await fetch(`${app.url}/cached?env=dev`);
    expect(dev.headers.get('cache-control')).toBe('private, no-store');
    expect(dev.headers.get('vary')).toMatch(/Accept-Language.*X-Database-Env, Cookie/i);
    const prod = await fetch(`${app.url}/cached`);
    expect(prod.headers.get('cache-control')).toBe('public, max-age=60');
  });
});

describe('a reader that could write does not stand in', () => {
  const readerWith = async (sql: (role: string) => string) => {
    await using own = await createSwitcherWorld();
    const role = `reader_of_${own.prod.name}`;
    const helper = `helper_of_${own.prod.name}`;
    await own.prod.run(`create role "${helper}"; ${sql(`"${role}"`).replaceAll('HELPER', `"${helper}"`)}`);
    const { connections } = own.switcher();
    const { isHealthy, lastError } = await connections.validateConnection('prod', 'read-only');
    await own.prod.run(`drop owned by "${role}", "${helper}"; drop role "${helper}"`);
    return { isHealthy, message: lastError?.message ?? '' };
  };

  test.each([
    [
      'a table of its own',
      (role: string) =>
        `create table mine (id int); alter table mine owner to ${role}; revoke all on mine from ${role}`,
      'mine',
    ],
    ['a column that it may update', (role: string) => `grant update (token) on tokens to ${role}`, 'public.tokens'],
    [
      'a view that writes through',
      (role: string) => `create view v as select * from tokens; grant insert on v to ${role}`,
      'public.v',
    ],
    [
      'a role that it may become',
      (role: string) => `grant insert on tokens to HELPER; alter role ${role} noinherit; grant HELPER to ${role}`,
      'public.tokens',
    ],
    ['roles that it may make', (role: string) => `alter role ${role} createrole`, 'may make roles'],
    [
      'a schema that it may create in',
      (role: string) => `create schema s; grant create on schema s to ${role}`,
      'it may create in schema s',
    ],
    [
      'a schema that every role may create in',
      () => 'grant create on schema public to public',
      'revoke create on schema public from public',
    ],
    [
      'a database that it may create schemas in',
      (role: string) =>
        `do $$ begin execute format('grant create on database %I to ${role}', current_database()); end $$`,
      'it may create schemas',
    ],
    [
      'a sequence that it may advance',
      (role: string) => `create sequence numbers; grant usage on sequence numbers to ${role}`,
      'public.numbers',
    ],
    ['files of the server', (role: string) => `grant pg_write_server_files to ${role}`, 'pg_write_server_files'],
    [
      'programs of the server',
      (role: string) => `grant pg_execute_server_program to ${role}`,
      'pg_execute_server_program',
    ],
    ['all data', (role: string) => `grant pg_write_all_data to ${role}`, 'pg_write_all_data'],
  ])('%s', async (_what, sql, said) => {
    const { isHealthy, message } = await readerWith(sql);
    expect(isHealthy).toBe(false);
    expect(message).toContain(said);
  });
});

test('a statement’s own mistakes say nothing of the database, whatever their words', async () => {
  await using network = await createOutage(world.dev.url);
  const { connections, db } = world.switcher({ urls: { dev: network.url } });
  await connections.switchConnection('dev');
  const fails = (sql: string) =>
    db
      .getEntityManager('dev')
      .query(sql)
      .catch(() => {});
  await fails(`select 'Query read timeout'::int`);
  await fails(`do $$ begin raise exception 'connection timeout' using errcode = '42501'; end $$`);
  await fails(`do $$ begin raise exception 'x' using errcode = 'XX000'; end $$`);
  expect(connections.getConnectionStatus('dev')).toMatchObject({ isHealthy: true, lastError: undefined });
});

test('a full pool that has lost a connection is looked at beside it, and stays in use', async () => {
  const environments = { prod: { url: world.prod.url }, dev: { url: world.dev.url, max: 2 } };
  const { connections } = world.switcher({ environments, connections: { connectTimeoutMs: 2_000 } });
  const taken = [await connections.getConnection('dev'), await connections.getConnection('dev')];
  connections.reportFailure('dev', Object.assign(new Error('reset'), { code: 'ECONNRESET' }));
  expect(connections.getConnectionStatus('dev').isHealthy).toBe(false);
  expect(await connections.validateConnection('dev')).toMatchObject({ isHealthy: true, breaker: 'closed' });
  for (const client of taken) client.release();
});

test('an open breaker lets one attempt through, however many ask', async () => {
  await using network = await createOutage(world.dev.url);
  const connections = { retries: 0, breakerFailures: 1, breakerOpenMs: 50 };
  const switcher = world.switcher({ urls: { dev: network.url }, connections, fallback: 'none' });
  await network.set('reset');
  await switcher.connections.validateConnection('dev');
  await sleep(80);
  network.attempts.length = 0;
  await Promise.all(Array.from({ length: 50 }, () => switcher.connections.getConnection('dev').catch(() => {})));
  expect(network.attempts).toHaveLength(1);
});

test('a database that accepts and never answers holds a request up for the time of a look, and no longer', async () => {
  await using network = await createOutage(world.dev.url);
  await network.set('hang');
  const connections = { connectTimeoutMs: 30_000, validationTimeoutMs: 500 };
  const switcher = world.switcher({ urls: { dev: network.url }, connections });
  const standIn = () => switcher.connections.validateConnection('prod', 'read-only');
  await expect.poll(async () => (await standIn()).isHealthy, { timeout: 20_000 }).toBe(true);
  await using app = await startApp(switcher);
  const startedAt = performance.now();
  expect(await send(`${app.url}/read?env=dev`)).toMatchObject({
    status: 200,
    environment: 'prod',
    fallback: 'read-only',
  });
  expect(performance.now() - startedAt).toBeLessThan(10_000);
});

test('an audit record has no password of an absolute URL', async () => {
  const paths: string[] = [];
  const security = { mode: 'production' as const, onViolation: ({ path }: { path: string }) => void paths.push(path) };
  const { listener } = world.switcher({ security });
  const url = 'http://ann:secret@app.example/notes?env=dev';
  await listener.handle({
    method: 'GET',
    url,
    headers: {},
    remoteAddress: undefined,
    session: undefined,
    raw: undefined,
  });
  expect(paths).toEqual(['/notes']);
});
