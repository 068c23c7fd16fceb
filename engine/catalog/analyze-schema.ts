import type { SchemaDefinition, SchemaStatement } from '../../contracts/schema.js';
import { translatePostgresError } from '../postgres/errors.js';
import type { Session } from '../postgres/session.js';
import type { CatalogSource } from './catalog-source.js';
import { readDatabaseFacts } from './database-facts.js';
import { readExtensions } from './extensions.js';
import { schemaFingerprint } from './fingerprint.js';
import { readFunctions } from './functions.js';
import { readIndexes, readPolicies, readTriggers } from './relation-objects.js';
import { requireReadable } from './require-readable.js';
import { readRoles } from './roles.js';
import { readSchemas, readTypes, readViews } from './schema-objects.js';
import { readSequences } from './sequences.js';
import { readTables } from './tables.js';

/** What the dump has to agree with. */
export interface DumpMoment {
  /** Of `pg_export_snapshot`; valid while the dump runs. */
  snapshot: string;
  serverMajor: number;
}

export interface AnalyzeSchemaOptions {
  /** Dumps the schema inside the snapshot. Without it, the definition has no statements. */
  dump?(moment: DumpMoment): Promise<SchemaStatement[]>;
  signal?: AbortSignal;
}

/**
 * Reads a database's schema in one transaction, so that everything in it agrees. The number of queries does not depend on the number of tables.
 * @throws SafetyError `SOURCE_INCOMPLETE` with all that the role cannot read, before anything is dumped;
 * SchemaError `SCHEMA_UNREADABLE`; ConnectionError
 */
export async function analyzeSchema(
  database: CatalogSource,
  { dump, signal }: AnalyzeSchemaOptions = {},
): Promise<SchemaDefinition> {
  await using session = await database.connect({ purpose: 'analyze', ...(signal && { signal }) });
  try {
    return await session.transaction(
      async () => {
        const catalog = await readCatalog(session, database.environment);
        return { ...catalog, statements: dump ? await dump(await exportSnapshot(session)) : [] };
      },
      { mode: 'isolation level repeatable read read only' },
    );
  } catch (error) {
    signal?.throwIfAborted();
    throw translatePostgresError(error, {
      doing: 'reading the schema',
      environment: database.environment,
      otherwise: 'SCHEMA_UNREADABLE',
    });
  }
}

async function exportSnapshot(session: Session): Promise<DumpMoment> {
  const { snapshot } = await session.one<{ snapshot: string }>('select pg_export_snapshot() as snapshot');
  return { snapshot, serverMajor: session.serverMajor };
}

async function readCatalog(session: Session, environment: string): Promise<Omit<SchemaDefinition, 'statements'>> {
  await requireReadable(session, environment);
  return {
    environment,
    ...(await readDatabaseFacts(session)),
    schemas: await readSchemas(session),
    extensions: await readExtensions(session),
    tables: await readTables(session),
    functions: await readFunctions(session),
    triggers: await readTriggers(session),
    indexes: await readIndexes(session),
    policies: await readPolicies(session),
    types: await readTypes(session),
    sequences: await readSequences(session),
    views: await readViews(session),
    roles: await readRoles(session),
    fingerprint: await schemaFingerprint(session),
  };
}
