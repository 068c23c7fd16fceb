import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type App, startApp } from '../support/app.js';
import { environmentName, invalidName, newToken, RUNS, send, writtenName } from '../support/requests.js';
import { createSwitcherWorld, type SwitcherWorld } from '../support/world.js';

describe.each([13, 17] as const)('PostgreSQL %i', (major) => {
  let world: SwitcherWorld;
  let app: App;
  beforeAll(async () => {
    world = await createSwitcherWorld({ major });
    app = await startApp(world.switcher());
  });
  afterAll(async () => {
    await app[Symbol.asyncDispose]();
    await world[Symbol.asyncDispose]();
  });

  /** Writes a token, and finds it where the response says it is. */
  async function write(query: string, headers: Record<string, string> = {}) {
    const token = newToken();
    const answer = await send(`${app.url}/write?token=${token}${query}`, { method: 'POST', headers });
    expect(answer.status).toBe(200);
    expect(await world.whereIs(token)).toEqual([answer.environment]);
    expect(answer.body.seen).toEqual([answer.environment, answer.environment]);
    return answer;
  }
  const parameter = (value: string) => `&env=${encodeURIComponent(value)}`;
  /** What an HTTP client can send at all. */
  const sendable = (text: string) => /^[\x21-\x7e\x80-\xff]([\x20-\x7e\x80-\xff]*[\x21-\x7e\x80-\xff])?$/.test(text);

  test('Feature: database-environment-switcher, Property 1: Environment parameter routing', async () => {
    await fc.assert(
      fc.asyncProperty(writtenName, async ({ name, written }) => {
        expect(await write(parameter(written))).toMatchObject({ environment: name, source: 'url' });
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
      fc.asyncProperty(queries, fc.option(environmentName), async (query, inSession) => {
        const { cookie } = inSession ? await write(parameter(inSession)) : { cookie: undefined };
        const isSilent = !query.startsWith('&env');
        const answer = await write(query, cookie ? { cookie } : {});
        expect(answer.environment).toBe(isSilent && inSession ? inSession : 'prod');
        if (!isSilent) expect(answer.source).toBe('default');
      }),
      RUNS,
    );
  });

  test('Feature: database-environment-switcher, Property 4: Session persistence consistency', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.option(environmentName), { minLength: 1, maxLength: 6 }), async (choices) => {
        let cookie: string | undefined;
        let stored = 'prod';
        for (const choice of choices) {
          const answer = await write(choice ? parameter(choice) : '', cookie ? { cookie } : {});
          stored = choice ?? stored;
          cookie = answer.cookie ?? cookie;
          expect(answer.environment).toBe(stored);
        }
      }),
      RUNS,
    );
  });

  test('Feature: database-environment-switcher, Property 5: Session fallback resilience', async () => {
    const { cookie = '' } = await write(parameter('dev'));
    const broken = fc.oneof(
      fc.string().map((text) => `database-env=${encodeURIComponent(text)}`),
      fc
        .integer({ min: 13, max: cookie.length - 1 })
        .map((at) => `${cookie.slice(0, at)}${cookie[at] === 'A' ? 'B' : 'A'}${cookie.slice(at + 1)}`),
      fc.integer({ min: 0, max: cookie.length - 1 }).map((at) => cookie.slice(0, at)),
      fc.constant(`database-env=${'x'.repeat(4000)}`),
    );
    await fc.assert(
      fc.asyncProperty(broken, async (sent) => {
        expect(await write('', { cookie: sent })).toMatchObject({ environment: 'prod', source: 'default' });
      }),
      RUNS,
    );
  });

  test('Feature: database-environment-switcher, Property 6: Header-based environment routing', async () => {
    await fc.assert(
      fc.asyncProperty(writtenName, async ({ name, written }) => {
        const answer = await write('', { 'X-Database-Env': written });
        expect(answer).toMatchObject({ environment: name, source: 'header', cookie: undefined });
      }),
      RUNS,
    );
  });

  test('Feature: database-environment-switcher, Property 7: Parameter precedence consistency', async () => {
    const header = fc.oneof(environmentName, invalidName.filter(sendable));
    await fc.assert(
      fc.asyncProperty(environmentName, header, async (name, inHeader) => {
        const answer = await write(parameter(name), { 'X-Database-Env': inHeader });
        expect(answer).toMatchObject({ environment: name, source: 'url' });
      }),
      RUNS,
    );
  });

  test('Feature: database-environment-switcher, Property 8: Invalid header handling', async () => {
    await fc.assert(
      fc.asyncProperty(invalidName.filter(sendable), async (inHeader) => {
        const answer = await write('', { 'X-Database-Env': inHeader });
        expect(answer).toMatchObject({ environment: 'prod', source: 'default' });
      }),
      RUNS,
    );
  });

  test('Feature: database-environment-switcher, Property 13: Response header indication', async () => {
    await fc.assert(
      fc.asyncProperty(fc.option(environmentName), fc.option(environmentName), async (inUrl, inHeader) => {
        const answer = await write(inUrl ? parameter(inUrl) : '', inHeader ? { 'X-Database-Env': inHeader } : {});
        expect(answer.environment).toBe(inUrl ?? inHeader ?? 'prod');
        expect(answer.source).toBe(inUrl ? 'url' : inHeader ? 'header' : 'default');
        expect(answer.headers.get('vary')).toContain('X-Database-Env, Cookie');
        expect(answer.headers.get('cache-control')).toBe(answer.environment === 'dev' ? 'private, no-store' : null);
      }),
      RUNS,
    );
  });
});
