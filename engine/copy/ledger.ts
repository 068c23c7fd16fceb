import type { TablePlan } from '../../contracts/plan.js';
import { postgresFields, translatePostgresError } from '../postgres/errors.js';
import type { Session } from '../postgres/session.js';
import type { ConfirmedTarget } from '../safety/proofs.js';
import { emptyingSql } from './copy-statements.js';
import { addUp, partsDone, type TableTotals } from './ledger-entries.js';
import { COPIED_TABLE, END_COPIERS, NO_EPOCH, OPERATION_TABLE } from './ledger-tables.js';

/** Where a clone into this target stands. */
export interface Ledger {
  operation: string;
  epoch: string;
  /** ISO 8601, UTC: of the epoch. */
  startedAt: string;
  /** False while the tables of an earlier epoch are still being emptied. */
  isReady: boolean;
  tables: TableTotals[];
  /** Who copied them. */
  workers: string[];
}

export interface PrepareLedgerInput {
  operation: string;
  /** One snapshot of the source: whoever copies says which epoch it works for, and only the newest may. */
  epoch: string;
  /** Everything that the operation copies: a new epoch empties all of it and starts again. */
  tables: readonly TablePlan[];
  signal?: AbortSignal;
}

/** A lock is held on each table until its batch commits; the server has room for some thousands. */
const TABLES_PER_TRANSACTION = 200;

/**
 * Makes the target ready for an epoch. The same epoch again changes nothing; another one ends the copiers of the one before and
 * empties what they copied. Interrupted, it goes on when it is called again.
 * @throws SchemaError `SCHEMA_STATEMENT_FAILED`, ConnectionError
 */
export async function prepareLedger(target: ConfirmedTarget, input: PrepareLedgerInput): Promise<void> {
  const { signal } = input;
  await using session = await target.connect({ purpose: 'ledger', ...(signal && { signal }) });
  try {
    await session.query('set client_min_messages = warning');
    await session.query(OPERATION_TABLE + COPIED_TABLE);
    await session.transaction(() => enterEpoch(session, input));
    const [unready] = await session.query('select from envclone.operation where not is_ready');
    if (unready) await emptyTables(session, input.tables);
  } catch (error) {
    signal?.throwIfAborted();
    throw ledgerFailure(error, session.environment);
  }
}

/** From its commit on, no copier of another epoch can commit. A first epoch finds the tables as the schema made them: empty. */
async function enterEpoch(session: Session, { operation, epoch }: PrepareLedgerInput): Promise<void> {
  const [recorded] = await session.query<{ isCurrent: boolean }>(
    'select operation = $1 and epoch = $2 as "isCurrent" from envclone.operation',
    [operation, epoch],
  );
  if (recorded?.isCurrent) return;
  if (!recorded) {
    await session.query('insert into envclone.operation (operation, epoch, is_ready) values ($1, $2, true)', [
      operation,
      epoch,
    ]);
    return;
  }
  await session.query(END_COPIERS);
  await session.query(
    'update envclone.operation set operation = $1, epoch = $2, is_ready = (epoch = $3), started_at = now()',
    [operation, epoch, NO_EPOCH],
  );
  await session.query('delete from envclone.copied');
}

async function emptyTables(session: Session, tables: readonly TablePlan[]): Promise<void> {
  const statements = [...new Set(tables.map(emptyingSql))];
  for (let at = 0; at < statements.length; at += TABLES_PER_TRANSACTION) {
    const batch = statements.slice(at, at + TABLES_PER_TRANSACTION);
    await session.query(['begin', ...batch, 'commit'].join(';\n'));
  }
  await session.query('update envclone.operation set is_ready = true');
}

/** The ledger of a target, or `undefined` when no clone is under way in it. */
export async function readLedger(session: Session): Promise<Ledger | undefined> {
  const { exists } = await session.one<{ exists: boolean }>(
    `select to_regclass('envclone.operation') is not null and to_regclass('envclone.copied') is not null as exists`,
  );
  if (!exists) return undefined;
  const [operation] = await session.query<Omit<Ledger, 'tables' | 'workers'>>(
    `select operation, epoch, is_ready as "isReady",
            to_char(started_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as "startedAt"
       from envclone.operation
      where epoch <> $1`,
    [NO_EPOCH],
  );
  if (!operation) return undefined;
  const parts = await partsDone(session, operation.epoch);
  const workers = [...new Set(parts.map(({ worker }) => worker))].sort();
  return { ...operation, tables: addUp(parts), workers };
}

/** Ends the copying: what was copied is known, and no late copier can commit. That the operation is unfinished stays. */
export async function endCopying(target: ConfirmedTarget, { signal }: { signal?: AbortSignal } = {}): Promise<void> {
  await using session = await target.connect({ purpose: 'ledger', ...(signal && { signal }) });
  try {
    const [ledger] = await session.query(`select where to_regclass('envclone.operation') is not null`);
    if (!ledger) return;
    await session.transaction(async () => {
      await session.query('update envclone.operation set epoch = $1', [NO_EPOCH]);
      await session.query('drop table if exists envclone.copied');
    });
  } catch (error) {
    signal?.throwIfAborted();
    throw ledgerFailure(error, session.environment);
  }
}

/** Removes the ledger, and that the operation is unfinished: it is complete, or undone. One that is gone stays gone. */
export async function dropLedger(target: ConfirmedTarget, { signal }: { signal?: AbortSignal } = {}): Promise<void> {
  await using session = await target.connect({ purpose: 'ledger', ...(signal && { signal }) });
  try {
    await session.query('drop table if exists envclone.copied, envclone.operation');
    await session.query('drop schema if exists envclone').catch((error: unknown) => {
      if (postgresFields(error)?.code !== DEPENDENT_OBJECTS_STILL_EXIST) throw error;
    });
  } catch (error) {
    throw ledgerFailure(error, session.environment);
  }
}

/** Somebody else's objects in a schema of that name stay. */
const DEPENDENT_OBJECTS_STILL_EXIST = '2BP01';

function ledgerFailure(error: unknown, environment: string): Error {
  return translatePostgresError(error, {
    doing: 'keeping the ledger',
    environment,
    otherwise: 'SCHEMA_STATEMENT_FAILED',
  });
}
