import { DataSource, type DataSourceOptions, type EntityManager } from 'typeorm';
import { borrowedPool } from './borrowed-pool.js';
import type { CreateManager } from './create-manager.js';

export type TypeormOptions = Pick<DataSourceOptions, 'entities' | 'subscribers' | 'logging' | 'namingStrategy'>;

/** `await switcher.entityManagers(typeormManager({ entities })).getEntityManager()`: a DataSource for each environment, opened when it is first needed. */
export function typeormManager(options: TypeormOptions): CreateManager<Promise<EntityManager>> {
  return ({ pool }) => {
    const open = async (): Promise<DataSource> => {
      const source = new DataSource({
        ...options,
        type: 'postgres',
        driver: { Pool: poolOnly(borrowedPool(pool)) },
      });
      return source.initialize();
    };
    let opened: Promise<DataSource> | undefined;
    return {
      get() {
        opened ??= open().catch((error: unknown) => {
          opened = undefined; // the database may be there when somebody asks again
          throw error;
        });
        return opened.then(({ manager }) => manager);
      },
      async close() {
        const source = await opened?.catch(() => undefined);
        await source?.destroy();
      },
    };
  };
}

/** What TypeORM takes for pg's `Pool`, and gets the one that is there from. */
function poolOnly<Pool extends object>(pool: Pool): new () => Pool {
  return class {
    constructor() {
      // biome-ignore lint/correctness/noConstructorReturn: TypeORM says `new`
      return pool;
    }
  } as new () => Pool;
}
