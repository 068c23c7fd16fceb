import { translatePostgresError } from '../postgres/errors.js';
import { quoteIdentifier } from '../postgres/quote.js';
import type { ConfirmedTarget } from '../safety/proofs.js';

interface CreateDatabaseInput {
  /** `UTF8` */
  encoding: string;
  signal?: AbortSignal;
}

/** Creates the target's database, empty, with the server's own locale. One that is there already stays. */
export async function createDatabase(
  target: ConfirmedTarget,
  { encoding, signal }: CreateDatabaseInput,
): Promise<void> {
  await using session = await target.connectMaintenance({ purpose: 'create-database', ...(signal && { signal }) });
  const existing = await session.query('select from pg_database where datname = $1', [target.database]);
  if (existing.length > 0) return;
  await session
    .query(`create database ${quoteIdentifier(target.database)} template template0 encoding '${encoding}'`)
    .catch((error: unknown) => {
      throw translatePostgresError(error, {
        doing: `creating database ${target.database}`,
        environment: target.environment,
        otherwise: 'SCHEMA_STATEMENT_FAILED',
      });
    });
}

/** Removes the target's database and whoever is connected to it. One that is gone stays gone. */
export async function dropDatabase(target: ConfirmedTarget, { signal }: { signal?: AbortSignal } = {}): Promise<void> {
  await using session = await target.connectMaintenance({ purpose: 'drop-database', ...(signal && { signal }) });
  await session
    .query(`drop database if exists ${quoteIdentifier(target.database)} with (force)`)
    .catch((error: unknown) => {
      throw translatePostgresError(error, {
        doing: `dropping database ${target.database}`,
        environment: target.environment,
        otherwise: 'SCHEMA_STATEMENT_FAILED',
      });
    });
}
