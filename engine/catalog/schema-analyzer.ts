import type { SchemaDefinition, SchemaDiff, SchemaStatement } from '../../contracts/schema.js';
import { analyzeSchema, type DumpMoment } from './analyze-schema.js';
import type { CatalogSource } from './catalog-source.js';

export interface SchemaAnalyzer {
  /** Reads an environment's schema, its dump included. @throws what `analyzeSchema` and opening the environment throw */
  analyzeSchema(environment: string, options?: { signal?: AbortSignal }): Promise<SchemaDefinition>;
  /** What has to change in the target to equal the source. */
  compareSchemas(source: SchemaDefinition, target: SchemaDefinition): SchemaDiff;
}

export interface SchemaAnalyzerInput<Database extends CatalogSource> {
  /** Proves that an environment may be read. */
  open(environment: string, options: { signal?: AbortSignal }): Promise<Database>;
  /** Dumps an opened environment inside the analyzer's snapshot. */
  dump(database: Database, moment: DumpMoment, options: { signal?: AbortSignal }): Promise<SchemaStatement[]>;
  compare: SchemaAnalyzer['compareSchemas'];
}

/** Reads environments by name and compares what was read. */
export function createSchemaAnalyzer<Database extends CatalogSource>({
  open,
  dump,
  compare,
}: SchemaAnalyzerInput<Database>): SchemaAnalyzer {
  return {
    async analyzeSchema(environment, options = {}) {
      const database = await open(environment, options);
      return analyzeSchema(database, { ...options, dump: (moment) => dump(database, moment, options) });
    },
    compareSchemas: compare,
  };
}
