import type { CloneStage } from '../../contracts/clone.js';
import { translatePostgresError } from '../postgres/errors.js';
import type { Session } from '../postgres/session.js';
import type { ConfirmedTarget } from '../safety/proofs.js';
import { END_COPIERS, NO_EPOCH, OPERATION_TABLE } from './ledger-tables.js';

/** An operation that took a target to pieces and has not put it together yet. */
export interface Unfinished {
  operation: string;
  /** The id of what the target was before. Absent: there is none, or an earlier version did not say. */
  restorePoint?: string;
  /** The last one that it ended. Absent: none, or an earlier version did not say. */
  stage?: EndedStage;
}

export type EndedStage = Extract<CloneStage, 'migrate' | 'copy' | 'finish'>;

/**
 * Has the target say, before it is taken to pieces, what leads back to what it was: whoever comes after a terminated operation finds it. It is no
 * ledger yet; one that is there goes, and `dropLedger` ends both.
 * @throws SchemaError `SCHEMA_STATEMENT_FAILED`, ConnectionError; nothing was touched then
 */
export async function markUnfinished(
  target: ConfirmedTarget,
  { operation, restorePoint, signal }: Omit<Unfinished, 'stage'> & { signal?: AbortSignal },
): Promise<void> {
  await using session = await target.connect({ purpose: 'ledger', ...(signal && { signal }) });
  try {
    await session.query('set client_min_messages = warning');
    await session.query(END_COPIERS);
    await session.transaction(() => noteUnfinished(session, { operation, ...(restorePoint && { restorePoint }) }));
  } catch (error) {
    signal?.throwIfAborted();
    throw translatePostgresError(error, {
      doing: 'marking the target as unfinished',
      environment: session.environment,
      otherwise: 'SCHEMA_STATEMENT_FAILED',
    });
  }
}

/** Has the target say how far the operation is: whoever finds it unfinished is told. Temporal knows by itself where it goes on. */
export async function markStage(
  target: ConfirmedTarget,
  stage: EndedStage,
  { signal }: { signal?: AbortSignal } = {},
): Promise<void> {
  await using session = await target.connect({ purpose: 'ledger', ...(signal && { signal }) });
  try {
    const [operation] = await session.query(`select where to_regclass('envclone.operation') is not null`);
    if (!operation) return; // built beside the target: it has no ledger before it is copied to
    await session.query('set client_min_messages = warning');
    await session.query('alter table envclone.operation add column if not exists stage text'); // an earlier version's
    await session.query('update envclone.operation set stage = $1', [stage]);
  } catch (error) {
    signal?.throwIfAborted();
    throw translatePostgresError(error, {
      doing: `noting that ${stage} has ended`,
      environment: session.environment,
      otherwise: 'SCHEMA_STATEMENT_FAILED',
    });
  }
}

/** The same in the transaction that is under way: the change and its note are there together, or neither. */
export async function noteUnfinished(session: Session, { operation, restorePoint }: Unfinished): Promise<void> {
  await session.query('drop table if exists envclone.copied, envclone.operation');
  await session.query(OPERATION_TABLE);
  await session.query(
    'insert into envclone.operation (operation, epoch, is_ready, restore_point) values ($1, $2, true, $3)',
    [operation, NO_EPOCH, restorePoint ?? null],
  );
}

/** What is under way in a target, or was when it was terminated; `undefined` when the target is whole. */
export async function readUnfinished(session: Session): Promise<Unfinished | undefined> {
  const { exists } = await session.one<{ exists: boolean }>(
    `select to_regclass('envclone.operation') is not null as exists`,
  );
  if (!exists) return undefined;
  const [marked] = await session.query<{ operation: string; restorePoint: string | null; stage: EndedStage | null }>(
    // as JSON, because the table of an earlier version has no such columns
    `select operation, to_jsonb(marked) ->> 'restore_point' as "restorePoint", to_jsonb(marked) ->> 'stage' as stage
       from envclone.operation as marked`,
  );
  if (!marked) return undefined;
  const { operation, restorePoint, stage } = marked;
  return { operation, ...(restorePoint !== null && { restorePoint }), ...(stage !== null && { stage }) };
}
