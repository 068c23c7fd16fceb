import { ConnectionError } from '../../contracts/errors.js';
import type { RelationName } from '../../contracts/relations.js';
import { describePostgresError, isConnectionLoss, translatePostgresError } from '../postgres/errors.js';
import { quoteLiteral, quoteRelation } from '../postgres/quote.js';
import { IS_FILTERED } from '../postgres/row-security.js';
import type { Session } from '../postgres/session.js';
import type { ReadOnlySource } from '../safety/proofs.js';
import { isGone, schemaChanged } from './read-failure.js';

export interface SnapshotReaderInput {
  snapshot: string;
  /** What will be read. */
  tables: readonly RelationName[];
  signal?: AbortSignal;
}

/**
 * A session that sees the source as the snapshot's holder does, and fails rather than leave out rows that a policy hides.
 * @throws ConnectionError `SNAPSHOT_LOST` when the holder is gone, `CONNECTION_FAILED`; SchemaError `SOURCE_SCHEMA_CHANGED`
 */
export async function openSnapshotReader(
  source: ReadOnlySource,
  { snapshot, tables, signal }: SnapshotReaderInput,
): Promise<Session> {
  const session = await source.connect({ purpose: 'copy-read', ...(signal && { signal }) });
  try {
    await session.query('set row_security = off');
    await session.query('begin isolation level repeatable read read only');
    await importSnapshot(session, snapshot);
    await allowOpenPolicies(session, tables);
    return session;
  } catch (error) {
    await session.close();
    const translated = translatePostgresError(error, {
      doing: 'importing the snapshot',
      environment: session.environment,
      otherwise: 'CONNECTION_FAILED',
    });
    throw isGone(error) ? schemaChanged(translated) : translated;
  }
}

/** A role may read through policies that hide nothing; where one may hide rows, row_security stays off and the copy fails. */
async function allowOpenPolicies(session: Session, tables: readonly RelationName[]): Promise<void> {
  const filtered = await session.query(
    `select from pg_class c where c.oid = any($1::text[]::regclass[]) and ${IS_FILTERED} limit 1`,
    [tables.map(quoteRelation)],
  );
  if (filtered.length === 0) await session.query('set row_security = on');
}

async function importSnapshot(session: Session, snapshot: string): Promise<void> {
  try {
    await session.query(`set transaction snapshot ${quoteLiteral(snapshot)}`);
  } catch (error) {
    if (isConnectionLoss(error)) throw error;
    throw new ConnectionError(
      'SNAPSHOT_LOST',
      `the snapshot of ${session.environment} cannot be imported: ${describePostgresError(error)}`,
    );
  }
}
