import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import fc from 'fast-check';
import type { PoolClient } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Switcher } from '../../src/switcher.js';
import { ADAPTERS, type App, startApp } from '../support/app.js';
import { createOutage, type Network, type Outage } from '../support/outage.js';
import { newToken, RUNS } from '../support/requests.js';
import { createSwitcherWorld, type Name, type SwitcherWorld } from '../support/world.js';

/** What a request asked for, as a reader of the specification would say it. */
interface Model {
  cookie: string | undefined;
  /** What the cookie says. */
  remembered: Name | undefined;
}

interface Real {
  world: SwitcherWorld;
  apps: readonly App[];
  switcher: Switcher<Name>;
  network: Record<Name, Outage>;
  taken: PoolClient[];
}

const TIMINGS = {
  connectTimeoutMs: 40,
  queryTimeoutMs: 100,
  validationTimeoutMs: 200,
  retries: 1,
  retryDelayMs: 1,
  retryDelayMaxMs: 2,
  breakerFailures: 3,
  breakerOpenMs: 20,
};

type Command = fc.AsyncCommand<Model, Real>;

/** What each kind of attack writes after the request line; all of it together names no one environment, so nothing but production may serve it, if anything. */
const SMUGGLED = {
  'header twice': 'X-Database-Env: dev\r\nX-Database-Env: prod\r\n',
  'a name with a space': 'X-Database-Env : dev\r\n',
  'a folded line': 'X-Other: a\r\n X-Database-Env: dev\r\n',
  'a second request in the body': 'Content-Length: 5\r\nTransfer-Encoding: chunked\r\n',
  'a bare line feed': 'X-Other: a\nX-Database-Env: dev\r\n',
  'a megabyte': `X-Database-Env: ${'x'.repeat(1024 * 1024)}\r\n`,
  'an underscore': 'X_Database_Env: dev\r\n',
  'two cookies': 'Cookie: database-env=v1.ZGV2.zzzzzz.x\r\nCookie: database-env=dev\r\n',
};

/** Bytes that no client library would send. */
class Smuggle implements Command {
  constructor(
    readonly kind: keyof typeof SMUGGLED,
    readonly adapter: number,
  ) {}
  check = () => true;
  async run(_model: Model, { apps, world }: Real): Promise<void> {
    const token = `attack-${newToken()}`;
    const { hostname, port } = new URL(apps[this.adapter]?.url ?? '');
    const socket = connect(Number(port), hostname).on('error', () => {}); // a reset is an answer
    socket.write(`POST /write?token=${token} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${SMUGGLED[this.kind]}\r\n`);
    const answer = await new Promise<string>((resolve) => {
      let said = '';
      socket.on('data', (bytes) => {
        said += bytes;
      });
      socket.once('close', () => resolve(said));
    });
    const found = await world.whereIs(token);
    const environment = /^x-database-env: (.*)$/im.exec(answer)?.[1]?.trim();
    expect(found).not.toContain('dev');
    if (answer.startsWith('HTTP/1.1 200')) expect(found).toEqual([environment]);
    else expect(found.length).toBeLessThanOrEqual(1);
  }
  toString = () => `smuggles ${this.kind}`;
}

/** A write that asks for something in some way; only direct connections judge where it went. */
class Write implements Command {
  constructor(
    readonly asked: { url?: string; header?: string; usesSession: boolean; forwardedFor: string },
    readonly method: string,
    readonly adapter: number,
  ) {}
  check = () => true;
  async run(model: Model, real: Real): Promise<void> {
    const { url, header, usesSession, forwardedFor } = this.asked;
    const wanted = expected(url) ?? expected(header) ?? (usesSession ? model.remembered : undefined) ?? 'prod';
    const token = `${wanted}-${newToken()}`;
    const headers: Record<string, string> = { 'X-Forwarded-For': forwardedFor };
    if (header !== undefined) headers['X-Database-Env'] = header;
    if (usesSession && model.cookie) headers.cookie = model.cookie;
    const query = url === undefined ? '' : `&env=${encodeURIComponent(url)}`;
    const { status, environment, cookie } = await rawRequest(
      `${real.apps[this.adapter]?.url}/write?token=${token}${query}`,
      this.method,
      headers,
    );
    if (cookie) {
      model.cookie = cookie;
      model.remembered = wanted;
    }
    const found = await real.world.whereIs(token);
    if (wanted === 'dev') expect(found).not.toContain('prod');
    if (status === 200) expect(found).toEqual([environment]);
    else expect(found.length).toBeLessThanOrEqual(1);
  }
  toString = () => `${this.method} ${JSON.stringify(this.asked)}`;
}

class SetNetwork implements Command {
  constructor(
    readonly name: Name,
    readonly network: Network,
  ) {}
  check = () => true;
  async run(_model: Model, { network }: Real): Promise<void> {
    await network[this.name].set(this.network);
  }
  toString = () => `${this.name} is ${this.network}`;
}

class ExpireSession implements Command {
  check = (model: Readonly<Model>) => model.cookie !== undefined;
  async run(model: Model): Promise<void> {
    model.cookie = undefined;
    model.remembered = undefined;
  }
  toString = () => 'the session expires';
}

class TamperCookie implements Command {
  constructor(readonly at: number) {}
  check = (model: Readonly<Model>) => model.cookie !== undefined;
  async run(model: Model): Promise<void> {
    const cookie = model.cookie ?? '';
    const at = 'database-env='.length + (this.at % (cookie.length - 'database-env='.length));
    model.cookie = `${cookie.slice(0, at)}${cookie[at] === 'x' ? 'y' : 'x'}${cookie.slice(at + 1)}`;
    model.remembered = undefined;
  }
  toString = () => `character ${this.at} of the cookie is another`;
}

class ExhaustPool implements Command {
  check = () => true;
  async run(_model: Model, { switcher, taken }: Real): Promise<void> {
    for (let count = 0; count < 3; count++) {
      const client = await switcher.connections.getConnection('dev').catch(() => undefined);
      if (client) taken.push(client);
    }
  }
  toString = () => 'the pool of dev is taken';
}

class FreePool implements Command {
  check = () => true;
  async run(_model: Model, { taken }: Real): Promise<void> {
    for (const client of taken.splice(0)) client.release(true);
  }
  toString = () => 'the pool of dev is free';
}

/** The environment that a value names; `undefined` for nothing, and for what is invalid, which is ignored. */
function expected(value: string | undefined): Name | undefined {
  return (['dev', 'prod'] as const).find((name) => name === value?.trim().toLowerCase());
}

const value = fc.constantFrom('dev', 'prod', 'DEV', 'dev,prod', '__proto__', 'constructor', 'dev;', 'x'.repeat(3000));
const network = fc.constantFrom<Network>('up', 'up', 'refuse', 'reset', 'hang', 'slow');
const asked = fc
  .record({
    url: fc.option(fc.oneof({ weight: 3, arbitrary: fc.constantFrom('dev', 'prod') }, value), { nil: undefined }),
    header: fc.option(value, { nil: undefined }),
    usesSession: fc.boolean(),
    forwardedFor: fc.constantFrom('10.0.0.1', '127.0.0.1, 8.8.8.8', 'dev'),
  })
  .map(({ url, header, ...rest }) => ({
    ...rest,
    ...(url !== undefined && { url }),
    ...(header !== undefined && { header }),
  }));
const adapterAt = fc.nat(ADAPTERS.length - 1);
const commands = fc.commands(
  [
    fc
      .tuple(asked, fc.constantFrom('GET', 'POST', 'PUT'), adapterAt)
      .map(([each, method, adapter]) => new Write(each, method, adapter)),
    fc
      .tuple(asked, fc.constantFrom('GET', 'POST'), adapterAt)
      .map(([each, method, adapter]) => new Write(each, method, adapter)),
    fc
      .tuple(fc.constantFrom(...(Object.keys(SMUGGLED) as (keyof typeof SMUGGLED)[])), adapterAt)
      .map(([kind, adapter]) => new Smuggle(kind, adapter)),
    fc.tuple(fc.constantFrom<Name>('dev', 'prod'), network).map(([name, state]) => new SetNetwork(name, state)),
    fc.constant(new ExpireSession()),
    fc.nat(200).map((at) => new TamperCookie(at)),
    fc.constant(new ExhaustPool()),
    fc.constant(new FreePool()),
  ],
  { maxCommands: 12 },
);

describe.each([13, 17] as const)('PostgreSQL %i', (major) => {
  let world: SwitcherWorld;
  beforeAll(async () => {
    world = await createSwitcherWorld({ major });
  });
  afterAll(() => world[Symbol.asyncDispose]());

  test('production is never written by a request that asked for dev, whatever happens', async () => {
    await fc.assert(
      fc.asyncProperty(commands, async (sequence) => {
        await using prod = await createOutage(world.prod.url);
        await using dev = await createOutage(world.dev.url);
        const readOnly = new URL(world.readOnlyUrl);
        readOnly.host = new URL(prod.url).host;
        const switcher = world.switcher({
          environments: {
            prod: { url: prod.url, readOnlyUrl: readOnly.toString(), max: 3 },
            dev: { url: dev.url, max: 3 },
          },
          connections: TIMINGS,
        });
        const apps: App[] = [];
        for (const adapter of ADAPTERS) apps.push(await startApp(switcher, adapter));
        const real: Real = { world, apps, switcher, network: { prod, dev }, taken: [] };
        try {
          await fc.asyncModelRun(() => ({ model: { cookie: undefined, remembered: undefined }, real }), sequence);
          expect(await world.prod.column(`select token from tokens where token like 'dev-%'`)).toEqual([]);
          await expectRecovery(real);
        } finally {
          for (const client of real.taken) client.release(true);
          for (const app of apps) await app[Symbol.asyncDispose]();
          await switcher.close();
        }
      }),
      RUNS,
    );
  }, 240_000);
});

/** Whatever happened: when the databases are back, both are written again. Otherwise a switcher that refused everything would pass. */
async function expectRecovery({ world, apps, network, taken }: Real): Promise<void> {
  for (const client of taken.splice(0)) client.release(true);
  await network.dev.set('up');
  await network.prod.set('up');
  for (const name of ['dev', 'prod'] as const) {
    const write = async () => {
      const token = `${name}-${newToken()}`;
      const { status } = await rawRequest(`${apps[0]?.url}/write?token=${token}&env=${name}`, 'POST', {});
      return status === 200 ? world.whereIs(token) : [];
    };
    await expect.poll(write, { timeout: 10_000, interval: 5 }).toEqual([name]);
  }
}

/** Sends what `fetch` would not. */
function rawRequest(url: string, method: string, headers: Record<string, string>) {
  return new Promise<{ status: number; environment: string | undefined; cookie: string | undefined }>(
    (resolve, reject) => {
      const sent = httpRequest(url, { method, headers }, (response) => {
        response.resume();
        response.once('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            environment: response.headers['x-database-env'] as string | undefined,
            cookie: response.headers['set-cookie']?.[0]?.split(';')[0],
          }),
        );
      });
      sent.once('error', reject);
      sent.end();
    },
  );
}
