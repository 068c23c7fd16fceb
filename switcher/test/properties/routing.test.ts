import { createServer } from 'node:http';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { withSwitcher } from '../../src/adapters/node.js';
import type { RequestSession } from '../../src/contracts/switch-request.js';
import { signCookie } from '../../src/sessions/signed-cookie.js';
import type { Switcher } from '../../src/switcher.js';
import { ADAPTERS, type Adapter, type App, listening, startApp } from '../support/app.js';
import { anyAdapter, environmentName, invalidName, newToken, RUNS, send, writtenName } from '../support/requests.js';
import { createSwitcherWorld, type Name, SECRET, type SwitcherWorld } from '../support/world.js';

describe.each([13, 17] as const)('PostgreSQL %i', (major) => {
  let world: SwitcherWorld;
  let sessionsSwitcher: Switcher<Name> | undefined;
  const apps = new Map<Adapter, App>();
  /** The same with `onDoubt: 'default'`. */
  const lenient = new Map<Adapter, App>();
  beforeAll(async () => {
    world = await createSwitcherWorld({ major });
    const switcher = world.switcher();
    const onDoubt = 'default' as const;
    const session = { store: 'cookie' as const, secrets: [SECRET], secure: false, onDoubt };
    const lenientSwitcher = world.switcher({ session });
    for (const adapter of ADAPTERS) {
      apps.set(adapter, await startApp(switcher, adapter));
      lenient.set(adapter, await startApp(lenientSwitcher, adapter));
    }
  });
  afterAll(async () => {
    for (const app of [...apps.values(), ...lenient.values()]) await app[Symbol.asyncDispose]();
    await world[Symbol.asyncDispose]();
  });

  /** Writes a token, and finds it where the response says it is. */
  async function write(adapter: Adapter, query: string, headers: Record<string, string> = {}) {
    const token = newToken();
    const answer = await send(`${apps.get(adapter)?.url}/write?token=${token}${query}`, { method: 'POST', headers });
    expect(answer.status).toBe(200);
    expect(await world.whereIs(token)).toEqual([answer.environment]);
    expect(answer.body.seen).toEqual([answer.environment, answer.environment]);
    return answer;
  }
  const anyMethod = fc.constantFrom('GET', 'POST');
  const parameter = (value: string) => `&env=${encodeURIComponent(value)}`;
  /** What an HTTP client can send at all. */
  const sendable = (text: string) => /^[\x21-\x7e\x80-\xff]([\x20-\x7e\x80-\xff]*[\x21-\x7e\x80-\xff])?$/.test(text);

  test('Feature: database-environment-switcher, Property 1: Environment parameter routing', async () => {
    await fc.assert(
      fc.asyncProperty(anyAdapter, writtenName, async (adapter, { name, written }) => {
        expect(await write(adapter, parameter(written))).toMatchObject({ environment: name, source: 'url' });
      }),
      RUNS,
    );
  });

  test('Feature: database-environment-switcher, Property 2: Default environment fallback', async () => {
    const twice = fc.tuple(environmentName, environmentName).map((names) => names.map(parameter).join(''));
    const queries = fc.oneof(
      fc.constant(''),
      invalidName.map(parameter),
      twice,
      fc.constantFrom('&ENV=dev', '&env', '&env='),
    );
    await fc.assert(
      fc.asyncProperty(anyAdapter, queries, fc.option(environmentName), async (adapter, query, inSession) => {
        const { cookie } = inSession ? await write(adapter, parameter(inSession)) : { cookie: undefined };
        const answer = await write(adapter, query, cookie ? { cookie } : {});
        // What is invalid is ignored: the session decides where there is one, and production where there is none.
        expect(answer.environment).toBe(inSession ?? 'prod');
        expect(answer.source).toBe(inSession ? 'session' : 'default');
      }),
      RUNS,
    );
  });

  test('Feature: database-environment-switcher, Property 4: Session persistence consistency', async () => {
    await fc.assert(
      fc.asyncProperty(
        anyAdapter,
        fc.array(fc.option(environmentName), { minLength: 1, maxLength: 6 }),
        async (adapter, choices) => {
          let cookie: string | undefined;
          let stored = 'prod';
          for (const choice of choices) {
            const answer = await write(adapter, choice ? parameter(choice) : '', cookie ? { cookie } : {});
            stored = choice ?? stored;
            cookie = answer.cookie ?? cookie;
            expect(answer.environment).toBe(stored);
          }
        },
      ),
      RUNS,
    );
  });

  test('Feature: database-environment-switcher, Property 5: Session fallback resilience', async () => {
    const { cookie = '' } = await write('node', parameter('dev'));
    const expired = signCookie(
      { environment: 'dev', sessionId: '', expiresAt: Math.floor(Date.now() / 1000) - 1 },
      SECRET,
    );
    const broken = fc.oneof(
      fc.constant(`database-env=${expired}`),
      fc.string().map((text) => `database-env=${encodeURIComponent(text)}`),
      fc
        .integer({ min: 13, max: cookie.length - 1 })
        .map((at) => `${cookie.slice(0, at)}${cookie[at] === 'A' ? 'B' : 'A'}${cookie.slice(at + 1)}`),
      fc.integer({ min: 0, max: cookie.length - 1 }).map((at) => cookie.slice(0, at)),
      fc.constant(`database-env=${'x'.repeat(4000)}`),
    );
    await fc.assert(
      fc.asyncProperty(anyAdapter, broken, anyMethod, async (adapter, sent, method) => {
        const isChoice = /^database-env=./.test(sent);
        await expectProduction(apps.get(adapter)?.url, {
          method,
          cookie: sent,
          isRefused: isChoice && method === 'POST',
        });
        await expectProduction(lenient.get(adapter)?.url, { method, cookie: sent, isRefused: false });
      }),
      RUNS,
    );
    const failure = fc.record({
      how: fc.constantFrom('throws', 'rejects'),
      name: fc.option(environmentName),
      method: anyMethod,
      hasChosen: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(failure, async ({ how, name, method, hasChosen }) => {
        const { failing } = await failingSession(how);
        const token = newToken();
        const headers: Record<string, string> = hasChosen ? { cookie: 'database-env-kept=1' } : {};
        const url = `${failing.url}/write?token=${token}${name ? parameter(name) : ''}`;
        const answer = await send(url, { method, headers });
        await failing[Symbol.asyncDispose]();
        const isRefused = hasChosen && method === 'POST' && name === null;
        const environment = isRefused ? null : (name ?? 'prod');
        expect(answer).toMatchObject({ status: isRefused ? 503 : 200, environment });
        expect(await world.whereIs(token)).toEqual(environment ? [environment] : []);
      }),
      RUNS,
    );
  });

  /** Production serves it, without an error; what would write while a choice cannot be told writes nowhere, unless it is configured to. */
  async function expectProduction(
    url: string | undefined,
    { method, cookie, isRefused }: { method: string; cookie: string; isRefused: boolean },
  ) {
    const token = newToken();
    const { status, environment, source } = await send(`${url}/write?token=${token}`, { method, headers: { cookie } });
    expect([status, environment, source]).toEqual(isRefused ? [503, null, null] : [200, 'prod', 'default']);
    expect(await world.whereIs(token)).toEqual(isRefused ? [] : ['prod']);
  }

  /** An application whose session fails whatever is asked of it. */
  async function failingSession(how: string): Promise<{ failing: App }> {
    sessionsSwitcher ??= world.switcher({ session: { store: 'framework', onDoubt: 'refuse' } });
    const { db } = sessionsSwitcher;
    const fail = () => {
      if (how === 'throws') throw new Error('the store is gone');
      return Promise.reject(new Error('the store is gone'));
    };
    const session = () => ({ get: fail, set: fail, delete: fail }) as RequestSession;
    const handler = withSwitcher(
      sessionsSwitcher,
      async (request, response) => {
        const token = new URL(request.url ?? '', 'http://localhost').searchParams.get('token');
        await db.getEntityManager().query('insert into tokens values ($1)', [token]);
        response.end('{}');
      },
      { session },
    );
    return { failing: await listening(createServer(handler)) };
  }

  test('Feature: database-environment-switcher, Property 6: Header-based environment routing', async () => {
    await fc.assert(
      fc.asyncProperty(anyAdapter, writtenName, async (adapter, { name, written }) => {
        const answer = await write(adapter, '', { 'X-Database-Env': written });
        expect(answer).toMatchObject({ environment: name, source: 'header', cookie: undefined });
      }),
      RUNS,
    );
  });

  test('Feature: database-environment-switcher, Property 7: Parameter precedence consistency', async () => {
    const header = fc.oneof(environmentName, invalidName.filter(sendable));
    await fc.assert(
      fc.asyncProperty(anyAdapter, environmentName, header, async (adapter, name, inHeader) => {
        const answer = await write(adapter, parameter(name), { 'X-Database-Env': inHeader });
        expect(answer).toMatchObject({ environment: name, source: 'url' });
      }),
      RUNS,
    );
  });

  test('Feature: database-environment-switcher, Property 8: Invalid header handling', async () => {
    await fc.assert(
      fc.asyncProperty(anyAdapter, invalidName.filter(sendable), async (adapter, inHeader) => {
        const answer = await write(adapter, '', { 'X-Database-Env': inHeader });
        expect(answer).toMatchObject({ environment: 'prod', source: 'default' });
      }),
      RUNS,
    );
  });

  test('Feature: database-environment-switcher, Property 13: Response header indication', async () => {
    await fc.assert(
      fc.asyncProperty(
        anyAdapter,
        fc.option(environmentName),
        fc.option(environmentName),
        async (adapter, inUrl, inHeader) => {
          const answer = await write(
            adapter,
            inUrl ? parameter(inUrl) : '',
            inHeader ? { 'X-Database-Env': inHeader } : {},
          );
          expect(answer.environment).toBe(inUrl ?? inHeader ?? 'prod');
          expect(answer.source).toBe(inUrl ? 'url' : inHeader ? 'header' : 'default');
          expect(answer.headers.get('vary')).toContain('X-Database-Env, Cookie');
          expect(answer.headers.get('cache-control')).toBe(answer.environment === 'dev' ? 'private, no-store' : null);
        },
      ),
      RUNS,
    );
  });
});
