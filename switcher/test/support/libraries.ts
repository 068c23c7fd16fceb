import { EntitySchema as MikroSchema } from '@mikro-orm/postgresql';
import { sql as drizzleSql } from 'drizzle-orm';
import { sql as kyselySql } from 'kysely';
import { EntitySchema } from 'typeorm';
import type { EntityManagerProvider } from '../../src/entity-manager-provider.js';
import type { CreateManager } from '../../src/entity-managers/create-manager.js';
import { drizzleManager } from '../../src/entity-managers/drizzle.js';
import { kyselyManager } from '../../src/entity-managers/kysely.js';
import { mikroOrmManager } from '../../src/entity-managers/mikro-orm.js';
import { prismaManager } from '../../src/entity-managers/prisma.js';
import type { Queries } from '../../src/entity-managers/queries.js';
import { typeormManager } from '../../src/entity-managers/typeorm.js';
import type { Switcher } from '../../src/switcher.js';
import { tokensClient } from './prisma-client.js';
import type { Name } from './world.js';

export const LIBRARIES = ['pg', 'kysely', 'drizzle', 'typeorm', 'mikro-orm', 'prisma'] as const;
export type Library = (typeof LIBRARIES)[number];

/** A repository over one library: it asks for the manager of whatever request it runs in. */
export interface Tokens {
  provider: EntityManagerProvider<Name, unknown>;
  /** `environment`: for work of no request. */
  write(token: string, environment?: Name): Promise<unknown>;
  /** All of them in one transaction. */
  writeAll(tokens: readonly string[], environment?: Name): Promise<unknown>;
  /** Keeps one environment's manager, as a module's variable would, and writes with it from then on. */
  keep(environment: Name): {
    write(token: string): Promise<unknown>;
    writeAll(tokens: readonly string[]): Promise<unknown>;
  };
}

interface Token {
  token: string;
}
const tokenOfTypeorm = new EntitySchema<Token>({ name: 'tokens', columns: { token: { type: 'text', primary: true } } });
const tokenOfMikro = new MikroSchema<Token>({ name: 'tokens', properties: { token: { type: 'text', primary: true } } });

export function openTokens(switcher: Switcher<Name>, library: Library): Tokens {
  return OPEN[library](switcher);
}

const OPEN: Record<Library, (switcher: Switcher<Name>) => Tokens> = {
  pg: ({ db }) =>
    repository<Queries>(db, {
      write: (queries, token) => queries.query('insert into tokens values ($1)', [token]),
      writeAll: (queries, tokens) =>
        queries.withTransaction(async () => {
          for (const token of tokens) await queries.query('insert into tokens values ($1)', [token]);
        }),
    }),
  kysely: over(kyselyManager<{ tokens: Token }>(), {
    write: (db, token) => db.insertInto('tokens').values({ token }).execute(),
    writeAll: (db, tokens) =>
      db.transaction().execute(async (tx) => {
        for (const token of tokens) await kyselySql`insert into tokens values (${token})`.execute(tx);
      }),
  }),
  drizzle: over(drizzleManager(), {
    write: (db, token) => db.execute(drizzleSql`insert into tokens values (${token})`),
    writeAll: (db, tokens) =>
      db.transaction(async (tx) => {
        for (const token of tokens) await tx.execute(drizzleSql`insert into tokens values (${token})`);
      }),
  }),
  typeorm: over(typeormManager({ entities: [tokenOfTypeorm] }), {
    write: async (manager, token) => (await manager).insert('tokens', { token }),
    writeAll: async (manager, tokens) =>
      (await manager).transaction(async (tx) => {
        for (const token of tokens) await tx.insert('tokens', { token });
      }),
  }),
  'mikro-orm': over(mikroOrmManager({ entities: [tokenOfMikro] }), {
    write: (em, token) => em.insert(tokenOfMikro, { token }),
    writeAll: (em, tokens) =>
      em.transactional(async (tx) => {
        for (const token of tokens) await tx.insert(tokenOfMikro, { token });
      }),
  }),
  prisma: over(prismaManager(tokensClient), {
    write: (client, token) => client.tokens.create({ data: { token } }),
    writeAll: (client, tokens) => client.$transaction(tokens.map((token) => client.tokens.create({ data: { token } }))),
  }),
};

interface Uses<Manager> {
  write(manager: Manager, token: string): Promise<unknown>;
  writeAll(manager: Manager, tokens: readonly string[]): Promise<unknown>;
}

function over<Manager>(create: CreateManager<Manager>, uses: Uses<Manager>): (switcher: Switcher<Name>) => Tokens {
  return (switcher) => repository(switcher.entityManagers(create), uses);
}

function repository<Manager>(provider: EntityManagerProvider<Name, Manager>, uses: Uses<Manager>): Tokens {
  return {
    provider,
    write: async (token, environment) => uses.write(provider.getEntityManager(environment), token),
    writeAll: async (tokens, environment) => uses.writeAll(provider.getEntityManager(environment), tokens),
    keep(environment) {
      const manager = provider.getEntityManager(environment);
      return {
        write: async (token) => uses.write(manager, token),
        writeAll: async (tokens) => uses.writeAll(manager, tokens),
      };
    },
  };
}
