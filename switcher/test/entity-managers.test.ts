import { EntitySchema as MikroSchema } from '@mikro-orm/postgresql';
import { sql as drizzleSql } from 'drizzle-orm';
import { sql as kyselySql } from 'kysely';
import { EntitySchema } from 'typeorm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CreateManager } from '../src/entity-managers/create-manager.js';
import { drizzleManager } from '../src/entity-managers/drizzle.js';
import { kyselyManager } from '../src/entity-managers/kysely.js';
import { mikroOrmManager } from '../src/entity-managers/mikro-orm.js';
import { typeormManager } from '../src/entity-managers/typeorm.js';
import { createSwitcherWorld, type SwitcherWorld } from './support/world.js';

interface Token {
  token: string;
}
const tokenOfTypeorm = new EntitySchema<Token>({ name: 'tokens', columns: { token: { type: 'text', primary: true } } });
const tokenOfMikro = new MikroSchema<Token>({ name: 'tokens', properties: { token: { type: 'text', primary: true } } });

/** How each library writes a token, alone and in a transaction. */
const LIBRARIES = {
  kysely: () =>
    library(kyselyManager<{ tokens: Token }>(), {
      write: (db, token) => db.insertInto('tokens').values({ token }).execute(),
      transaction: (db, tokens) =>
        db.transaction().execute(async (tx) => {
          for (const token of tokens) await kyselySql`insert into tokens values (${token})`.execute(tx);
        }),
    }),
  drizzle: () =>
    library(drizzleManager(), {
      write: (db, token) => db.execute(drizzleSql`insert into tokens values (${token})`),
      transaction: (db, tokens) =>
        db.transaction(async (tx) => {
          for (const token of tokens) await tx.execute(drizzleSql`insert into tokens values (${token})`);
        }),
    }),
  typeorm: () =>
    library(typeormManager({ entities: [tokenOfTypeorm] }), {
      write: async (manager, token) => (await manager).insert('tokens', { token }),
      transaction: async (manager, tokens) =>
        (await manager).transaction(async (tx) => {
          for (const token of tokens) await tx.insert('tokens', { token });
        }),
    }),
  'mikro-orm': () =>
    library(mikroOrmManager({ entities: [tokenOfMikro] }), {
      write: (em, token) => em.insert(tokenOfMikro, { token }),
      transaction: (em, tokens) =>
        em.transactional(async (tx) => {
          for (const token of tokens) await tx.insert(tokenOfMikro, { token });
        }),
    }),
};

interface Library {
  create: CreateManager<unknown>;
  write(manager: unknown, token: string): Promise<unknown>;
  transaction(manager: unknown, tokens: string[]): Promise<unknown>;
}

function library<Manager>(
  create: CreateManager<Manager>,
  uses: {
    write(manager: Manager, token: string): Promise<unknown>;
    transaction(manager: Manager, tokens: string[]): Promise<unknown>;
  },
): Library {
  return {
    create,
    write: (manager, token) => uses.write(manager as Manager, token),
    transaction: (manager, tokens) => uses.transaction(manager as Manager, tokens),
  };
}

let world: SwitcherWorld;
beforeAll(async () => {
  world = await createSwitcherWorld();
});
afterAll(() => world[Symbol.asyncDispose]());

describe.each(['kysely', 'drizzle', 'typeorm', 'mikro-orm'] as const)('%s', (name) => {
  test('writes go to the database of the environment they run in, nested ones too', async () => {
    const { create, write, transaction } = LIBRARIES[name]();
    const switcher = world.switcher();
    const provider = switcher.entityManagers(create);
    const all = (['dev', 'prod', 'dev', 'prod'] as const).map((environment, at) =>
      switcher.run(environment, async () => {
        expect(provider.getCurrentEnvironment()).toBe(environment);
        await write(provider.getEntityManager(), `${name}${at}-${environment}`);
        await transaction(provider.getEntityManager(), [
          `${name}${at}-${environment}-a`,
          `${name}${at}-${environment}-b`,
        ]);
      }),
    );
    await Promise.all(all);
    const written = await world.dev.column(`select token from tokens where token like '${name}%' order by 1`);
    expect(written).toHaveLength(6);
    expect(written.every((token) => token.includes('-dev'))).toBe(true);
    expect(
      await world.prod.column(`select token from tokens where token like '${name}%' and token like '%-dev%'`),
    ).toEqual([]);
    await switcher.close();
  });

  test('a database that says it is another environment is never written', async () => {
    const { create, write } = LIBRARIES[name]();
    const switcher = world.switcher({ urls: { dev: world.prod.url.replace('127.0.0.1', 'localhost') } });
    const provider = switcher.entityManagers(create);
    const failed = await switcher
      .run('dev', async () => write(provider.getEntityManager(), `${name}-stray`))
      .catch((error: Error) => error);
    expect(String((failed as Error).cause ?? failed)).toContain('does not say which environment it is');
    expect(await world.whereIs(`${name}-stray`)).toEqual([]);
    await switcher.close();
  });

  test('nothing is given outside a request unless it is named, and a reset makes another', async () => {
    const switcher = world.switcher();
    const provider = switcher.entityManagers(LIBRARIES[name]().create);
    expect(() => provider.getEntityManager()).toThrow('There is no request here');
    expect(() => provider.getCurrentEnvironment()).toThrow('There is no request here');
    const before = provider.getEntityManager('dev');
    await provider.resetEntityManager('dev');
    expect(provider.getEntityManager('dev')).not.toBe(before);
    await switcher.close();
  });
});
