import { Kysely, PostgresDialect } from 'kysely';
import type { CreateManager } from './create-manager.js';

/** `switcher.entityManagers(kyselyManager<Database>())`. Its pool is the switcher's, and stays open when it ends. */
export function kyselyManager<Database>(): CreateManager<Kysely<Database>> {
  return ({ pool }) => {
    const manager = new Kysely<Database>({ dialect: new PostgresDialect({ pool: borrowed(pool) }) });
    return { get: () => manager, close: () => manager.destroy() };
  };
}

/** Ending Kysely ends its pool; this one belongs to others too. */
function borrowed<Pool extends { connect: unknown }>(pool: Pool): Pool {
  return new Proxy(pool, {
    get(target, key) {
      if (key === 'end') return async () => {};
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}
