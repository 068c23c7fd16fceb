import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres';
import type { CreateManager } from './create-manager.js';

/** `switcher.entityManagers(drizzleManager({ schema }))` */
export function drizzleManager<Schema extends Record<string, unknown> = Record<string, never>>(
  options: { schema?: Schema } = {},
): CreateManager<NodePgDatabase<Schema>> {
  return ({ pool }) => {
    const manager = drizzle<Schema>(pool, options as { schema: Schema }) as NodePgDatabase<Schema>;
    return { get: () => manager };
  };
}
