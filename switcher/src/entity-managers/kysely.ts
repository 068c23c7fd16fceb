import { Kysely, PostgresDialect } from 'kysely';
import { borrowedPool } from './borrowed-pool.js';
import type { CreateManager } from './create-manager.js';

/** `switcher.entityManagers(kyselyManager<Database>())` */
export function kyselyManager<Database>(): CreateManager<Kysely<Database>> {
  return ({ pool }) => {
    const manager = new Kysely<Database>({ dialect: new PostgresDialect({ pool: borrowedPool(pool) }) });
    return { get: () => manager, close: () => manager.destroy() };
  };
}
