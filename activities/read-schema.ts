import type { SchemaDefinition } from '../contracts/schema.js';
import { analyzeSchema } from '../engine/catalog/analyze-schema.js';
import type { ConfirmedTarget, ReadOnlySource } from '../engine/safety/proofs.js';
import { dumpSchema } from '../engine/schema/dump.js';
import { splitDump } from '../engine/schema/split.js';

/** A database's catalogs and its dump, both from one snapshot. */
export async function readSchema(
  database: ReadOnlySource | ConfirmedTarget,
  signal?: AbortSignal,
): Promise<SchemaDefinition> {
  const { url, environment } = database;
  const aborting = signal ? { signal } : {};
  return analyzeSchema(database, {
    ...aborting,
    dump: async ({ snapshot, serverMajor }) =>
      splitDump(await dumpSchema({ url, environment, serverMajor, snapshot, ...aborting })),
  });
}
