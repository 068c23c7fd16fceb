import { translatePostgresError } from '../postgres/errors.js';
import type { Session } from '../postgres/session.js';
import type { ConfirmedTarget } from '../safety/proofs.js';
import { END_COPIERS, NO_EPOCH, OPERATION_TABLE } from './ledger-tables.js';

/** An operation that took a target to pieces and has not put it together yet. */
export interface Unfinished {
  operation: string;
  /** The id of what the target was before. Absent: there is none, or an earlier version did not say. */
  restorePoint?: string;
}

/**
 * Has the target say, before it is taken to pieces, what leads back to what it was: whoever comes after a terminated operation finds it. It is no
 * ledger yet; one that is there goes, and `dropLedger` ends both.
 * @throws SchemaError `SCHEMA_STATEMENT_FAILED`, ConnectionError; nothing was touched then
 */
export async function markUnfinished(
  target: ConfirmedTarget,
  { operation, restorePoint, signal }: Unfinished & { signal?: AbortSignal },
): Promise<void> {
  await using session = await target.connect({ purpose: 'ledger', ...(signal && { signal }) });
  try {
    await session.query('set client_min_messages = warning');
    await session.query(END_COPIERS);
    await session.transaction(async () => {
      await session.query('drop table if exists envclone.copied, envclone.operation');
      await session.query(OPERATION_TABLE);
      await session.query(
        'insert into envclone.operation (operation, epoch, is_ready, restore_point) values ($1, $2, true, $3)',
        [operation, NO_EPOCH, restorePoint ?? null],
      );
    });
  } catch (error) {
    signal?.throwIfAborted();
    throw translatePostgresError(error, {
      doing: 'marking the target as unfinished',
      environment: session.environment,
      otherwise: 'SCHEMA_STATEMENT_FAILED',
    });
  }
}

/** What is under way in a target, or was when it was terminated; `undefined` when the target is whole. */
export async function readUnfinished(session: Session): Promise<Unfinished | undefined> {
  const { exists } = await session.one<{ exists: boolean }>(
    `select to_regclass('envclone.operation') is not null as exists`,
  );
  if (!exists) return undefined;
  const [marked] = await session.query<{ operation: string; restorePoint: string | null }>(
    // as JSON, because the table of an earlier version has no such column
    `select operation, to_jsonb(marked) ->> 'restore_point' as "restorePoint" from envclone.operation as marked`,
  );
  if (!marked) return undefined;
  const { operation, restorePoint } = marked;
  return { operation, ...(restorePoint !== null && { restorePoint }) };
}
