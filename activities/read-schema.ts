import type { SchemaDefinition } from '../contracts/schema.js';
import { analyzeSchema } from '../engine/catalog/analyze-schema.js';
import type { ConfirmedTarget, ReadOnlySource } from '../engine/safety/proofs.js';
import { readStatements } from '../engine/schema/read-statements.js';

/** A database's catalogs and its dump, both from one snapshot. */
export async function readSchema(
  database: ReadOnlySource | ConfirmedTarget,
  signal?: AbortSignal,
): Promise<SchemaDefinition> {
  const { url, environment } = database;
  const aborting = signal ? { signal } : {};
  return analyzeSchema(database, {
    ...aborting,
    dump: (moment) => readStatements({ url, environment, ...moment, ...aborting }),
  });
}
