import type { RestorePointSummary } from '../../contracts/backup.js';
import { keptPrefix } from '../postgres/database-names.js';
import { translatePostgresError } from '../postgres/errors.js';
import { quoteIdentifier } from '../postgres/quote.js';
import type { ConfirmedTarget, ReadOnlySource } from '../safety/proofs.js';
import { type KeptStamp, keptStamp, MAY_BE_KEPT } from './kept-stamp.js';

/** A restore point that is a database: what a target was. */
export interface KeptDatabase {
  database: string;
  stamp: KeptStamp;
  comment: string;
  summary: RestorePointSummary;
}

/**
 * Every database of the server that was this target, newest first: they say so themselves. Another target may have an environment of the same name.
 * Without a target, its server is asked from another database.
 */
export async function listKeptDatabases(
  target: ConfirmedTarget | ReadOnlySource,
  signal?: AbortSignal,
): Promise<KeptDatabase[]> {
  const { environment } = target;
  const isConfirmed = 'exists' in target;
  const open = isConfirmed && !target.exists ? target.connectMaintenance : target.connect;
  await using session = await open({ purpose: 'restore-points', ...(signal && { signal }) });
  const rows = await session.query<KeptRow>(KEPT_DATABASES);
  const kept = rows.flatMap(({ database, current, comment, sizeBytes }) => {
    const stamp = keptStamp.of(comment);
    if (stamp?.environment !== environment || !database.startsWith(keptPrefix(isConfirmed ? target.database : current)))
      return [];
    const { operation, createdAt, tables, records } = stamp;
    const summary: RestorePointSummary = {
      environment,
      id: operation,
      operation,
      createdAt,
      kind: 'database',
      tables,
      records,
      sizeBytes,
    };
    return [{ database, stamp, comment, summary }];
  });
  return kept.sort((a, b) => b.stamp.createdAt.localeCompare(a.stamp.createdAt));
}

interface KeptRow {
  database: string;
  current: string;
  comment: string;
  sizeBytes: number;
}

const KEPT_DATABASES = `
  select d.datname::text as database,
         current_database()::text as current,
         shobj_description(d.oid, 'pg_database') as comment,
         case when has_database_privilege(d.oid, 'CONNECT') then pg_database_size(d.oid)::float8 else 0 end as "sizeBytes"
    from pg_database d
   where shobj_description(d.oid, 'pg_database') ${MAY_BE_KEPT}`;

/** Drops the database that is this restore point. One that is gone stays gone. */
export async function dropKeptDatabase(
  target: ConfirmedTarget,
  { id, signal }: { id: string; signal?: AbortSignal },
): Promise<void> {
  const kept = await listKeptDatabases(target, signal);
  const found = kept.find(({ summary }) => summary.id === id);
  if (found) await dropBeside(target, { database: found.database, signal });
}

/** Drops another database than the target's own, with whoever is connected to it. */
export async function dropBeside(
  target: ConfirmedTarget,
  { database, signal }: { database: string; signal?: AbortSignal | undefined },
): Promise<void> {
  await using session = await target.connectMaintenance({ purpose: 'drop-database', ...(signal && { signal }) });
  await session.query(`drop database if exists ${quoteIdentifier(database)} with (force)`).catch((error: unknown) => {
    throw translatePostgresError(error, {
      doing: `dropping database ${database}`,
      environment: target.environment,
      otherwise: 'SCHEMA_STATEMENT_FAILED',
    });
  });
}
