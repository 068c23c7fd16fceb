import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ADAPTERS, type App, startApp } from '../support/app.js';
import { anyLibrary, environmentName, newToken, RUNS, send } from '../support/requests.js';
import { createSwitcherWorld, type Name, type SwitcherWorld } from '../support/world.js';

describe.each([13, 17] as const)('PostgreSQL %i', (major) => {
  let world: SwitcherWorld;
  const apps: App[] = [];
  beforeAll(async () => {
    world = await createSwitcherWorld({ major });
    const switcher = world.switcher();
    for (const adapter of ADAPTERS) apps.push(await startApp(switcher, adapter));
  });
  afterAll(async () => {
    for (const app of apps) await app[Symbol.asyncDispose]();
    await world[Symbol.asyncDispose]();
  });
  const anyApp = fc.nat({ max: ADAPTERS.length - 1 });
  const urlOf = (app: number, path: string) => `${apps[app]?.url}${path}`;

  test('Feature: database-environment-switcher, Property 9: Automatic EntityManager injection', async () => {
    await fc.assert(
      fc.asyncProperty(anyApp, environmentName, anyLibrary, async (app, name, library) => {
        const token = newToken();
        // The repository that writes takes no environment: it asks the provider for its manager.
        const { body } = await send(urlOf(app, `/write?token=${token}&env=${name}&library=${library}`));
        expect(body.seen).toEqual([name, name]);
        expect(await world.whereIs(token)).toEqual([name]);
      }),
      RUNS,
    );
  });

  test('Feature: database-environment-switcher, Property 10: Request-level environment consistency', async () => {
    const one = fc.record({
      app: anyApp,
      name: environmentName,
      path: fc.constantFrom('/slowly', '/body', '/later', '/transaction'),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(one, { minLength: 2, maxLength: 8 }), async (requests) => {
        const sent = await Promise.all(
          requests.map(async ({ app, name, path }) => {
            const token = newToken();
            const body = path === '/body' ? { method: 'POST', body: 'x', headers: { 'Content-Type': 'text/x' } } : {};
            const answer = await send(urlOf(app, `${path}?token=${token}&env=${name}`), body);
            expect(answer.body.seen).toEqual([name, name]);
            return { name, token, written: WRITTEN[path]?.map((end) => `${token}${end}`) ?? [] };
          }),
        );
        for (const { name, written } of sent)
          for (const token of written) expect(await whereEventually(token)).toEqual([name]);
      }),
      RUNS,
    );
  }, 120_000);

  test('Feature: database-environment-switcher, Property 11: Transaction environment integrity', async () => {
    await fc.assert(
      fc.asyncProperty(anyApp, environmentName, fc.boolean(), anyLibrary, async (app, name, fails, library) => {
        const token = newToken();
        const path = library === 'pg' ? '/transaction' : '/all';
        const query = `token=${token}&env=${name}&library=${library}${fails ? '&fail=1' : ''}`;
        const answer = await send(urlOf(app, `${path}?${query}`));
        expect(answer.status).toBe(fails ? 500 : 200);
        const found = [await world.whereIs(`${token}a`), await world.whereIs(`${token}b`)];
        expect(found).toEqual(fails ? [[], []] : [[name], [name]]);
        if (!fails) expect(await sameTransaction(name, token)).toBe(true);
      }),
      RUNS,
    );
  });

  /** Both rows were written by one transaction of one connection. */
  async function sameTransaction(name: Name, token: string): Promise<boolean> {
    const ids = await world[name].column(
      `select distinct xmin::text from tokens where token in ('${token}a', '${token}b')`,
    );
    return ids.length === 1;
  }

  /** Work after the response takes a moment. */
  async function whereEventually(token: string): Promise<Name[]> {
    for (let tries = 0; tries < 1_000; tries++) {
      const found = await world.whereIs(token);
      if (found.length > 0) return found;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    return [];
  }
});

/** What each path adds to its token. */
const WRITTEN: Record<string, string[]> = {
  '/slowly': ['a', 'b', 'c'],
  '/body': ['x'],
  '/later': [''],
  '/transaction': ['a', 'b'],
};
