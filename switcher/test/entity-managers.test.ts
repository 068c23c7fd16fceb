import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runInScope } from '../src/request-scope.js';
import { LIBRARIES, openTokens } from './support/libraries.js';
import { createSwitcherWorld, type SwitcherWorld } from './support/world.js';

let world: SwitcherWorld;
beforeAll(async () => {
  world = await createSwitcherWorld();
});
afterAll(() => world[Symbol.asyncDispose]());

describe.each(LIBRARIES)('%s', (library) => {
  test('writes go to the database of the environment they run in, transactions too', async () => {
    const switcher = world.switcher();
    const { provider, write, writeAll } = openTokens(switcher, library);
    const all = (['dev', 'prod', 'dev', 'prod'] as const).map((environment, at) =>
      switcher.run(environment, async () => {
        expect(provider.getCurrentEnvironment()).toBe(environment);
        await write(`${library}${at}-${environment}`);
        await writeAll([`${library}${at}-${environment}-a`, `${library}${at}-${environment}-b`]);
      }),
    );
    await Promise.all(all);
    const written = await world.dev.column(`select token from tokens where token like '${library}%' order by 1`);
    expect(written).toHaveLength(6);
    expect(written.every((token) => token.includes('-dev'))).toBe(true);
    expect(
      await world.prod.column(`select token from tokens where token like '${library}%' and token like '%-dev%'`),
    ).toEqual([]);
    await switcher.close();
  });

  test('a database that says it is another environment is never written', async () => {
    const switcher = world.switcher({ urls: { dev: world.prod.url.replace('127.0.0.1', 'localhost') } });
    const { write } = openTokens(switcher, library);
    const failed = await switcher.run('dev', () => write(`${library}-stray`)).catch((error: unknown) => error);
    expect(chainOf(failed)).toContain('does not say which environment it is');
    expect(await world.whereIs(`${library}-stray`)).toEqual([]);
    await switcher.close();
  });

  test('a database that becomes production is not written over connections that were proven before', async () => {
    await using own = await createSwitcherWorld();
    const switcher = own.switcher({ connections: { healthIntervalMs: 20 } });
    const { write } = openTokens(switcher, library);
    await switcher.connections.switchConnection('dev');
    await switcher.run('dev', () => write('before'));
    await own.dev.run(`alter database "${own.dev.name}" set "envclone.environment" = 'prod'`);
    await expect.poll(() => switcher.connections.getConnectionStatus('dev').lastError?.kind).toBe('identity');
    const failed = await switcher.run('dev', () => write('after')).catch((error: unknown) => error);
    expect(chainOf(failed)).toMatch(/says it is prod|terminated/);
    expect(await own.whereIs('after')).toEqual([]);
    await switcher.close();
  });

  test('a manager that somebody kept writes nothing for a request of another environment, nor for a stand-in', async () => {
    const switcher = world.switcher();
    const kept = openTokens(switcher, library).keep('prod');
    await kept.write(`${library}-kept`);
    const context = { environment: 'dev', source: 'url' as const, metadata: {}, resolvedAt: new Date() };
    const within = [
      (work: () => Promise<unknown>) => switcher.run('dev', work),
      (work: () => Promise<unknown>) => runInScope({ context, serving: 'prod', access: 'read-only' }, work),
    ];
    for (const run of within)
      for (const write of [() => kept.write(`${library}-strays`), () => kept.writeAll([`${library}-strays`])])
        expect(chainOf(await run(write).catch((error: unknown) => error))).toMatch(/asked for|read-only/);
    expect(await world.whereIs(`${library}-strays`)).toEqual([]);
    await switcher.run('prod', () => kept.write(`${library}-kept-too`));
    expect(await world.whereIs(`${library}-kept-too`)).toEqual(['prod']);
    await switcher.close();
  });

  test('nothing is given outside a request unless it is named, and a reset makes another', async () => {
    const switcher = world.switcher();
    const { provider, write } = openTokens(switcher, library);
    expect(() => provider.getEntityManager()).toThrow('There is no request here');
    expect(() => provider.getCurrentEnvironment()).toThrow('There is no request here');
    const before = provider.getEntityManager('dev');
    await write(`${library}-before`, 'dev');
    await provider.resetEntityManager('dev');
    expect(provider.getEntityManager('dev')).not.toBe(before);
    await write(`${library}-after-reset`, 'dev');
    expect(await world.whereIs(`${library}-after-reset`)).toEqual(['dev']);
    await switcher.close();
  });
});

test('MikroORM keeps what is nested in a transaction of one environment in its own', async () => {
  const switcher = world.switcher();
  const { provider, write } = openTokens(switcher, 'mikro-orm');
  const prod = provider.getEntityManager('prod') as { transactional(work: () => Promise<unknown>): Promise<unknown> };
  await prod.transactional(() => write('nested-in-prod', 'dev'));
  expect(await world.whereIs('nested-in-prod')).toEqual(['dev']);
  await switcher.close();
});

/** Every message of an error and its causes: libraries wrap what they are told. */
function chainOf(error: unknown): string {
  return error instanceof Error ? `${error.message}\n${chainOf(error.cause)}` : String(error);
}
