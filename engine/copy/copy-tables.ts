import { ConnectionError } from '../../contracts/errors.js';
import type { TablePlan } from '../../contracts/plan.js';
import { type RelationName, relationLabel } from '../../contracts/relations.js';
import { translatePostgresError } from '../postgres/errors.js';
import { quoteRelation } from '../postgres/quote.js';
import type { Session } from '../postgres/session.js';
import type { ConfirmedTarget, ReadOnlySource } from '../safety/proofs.js';
import { type CopyTally, copyTable } from './copy-table.js';
import { type LedgerEntry, recordTable, type TableTotals, tablesDone } from './ledger-entries.js';
import type { TableMasker } from './mask-rows.js';
import { openSnapshotReader } from './snapshot-reader.js';

export type { CopyTally, TableTotals };

export interface CopyTablesInput {
  source: ReadOnlySource;
  target: ConfirmedTarget;
  tables: readonly TablePlan[];
  /** What `holdSnapshot` gave to `onReady`. */
  snapshot: string;
  /** What `prepareLedger` was given for that snapshot. */
  epoch: string;
  /** `undefined`: all bytes of the table pass. A table that is masked has the text wire. */
  maskerOf(table: TablePlan): TableMasker | undefined;
  signal?: AbortSignal;
  /** Called every half second or so while rows flow. */
  onProgress?(tally: CopyTally): void;
}

/**
 * Copies tables one after the other, each exactly once: its rows and its entry in the ledger are one transaction, so a call after an
 * interruption skips what is there. Returns the totals of all of them, in order.
 * @throws ConnectionError `SNAPSHOT_LOST` when the snapshot is gone or a newer epoch began, `CONNECTION_FAILED`;
 * DataError `COPY_FAILED`, `CONSTRAINT_VIOLATED`, `DISK_FULL`, `GENERATOR_FAILED`
 */
export async function copyTables(input: CopyTablesInput): Promise<TableTotals[]> {
  try {
    return await copyRemaining(input);
  } catch (error) {
    input.signal?.throwIfAborted();
    throw translatePostgresError(error, {
      doing: 'copying',
      environment: input.target.environment,
      otherwise: 'COPY_FAILED',
    });
  }
}

async function copyRemaining(input: CopyTablesInput): Promise<TableTotals[]> {
  const { source, target, tables, epoch, signal } = input;
  await using into = await openWriter(target, signal);
  const done = new Map((await tablesDone(into, epoch, tables)).map((entry) => [quoteRelation(entry.relation), entry]));
  const remaining = tables.filter((table) => !done.has(quoteRelation(table)));
  if (remaining.length > 0) {
    await using from = await openSnapshotReader(source, input);
    for (const table of remaining) {
      done.set(quoteRelation(table), await copyOnce({ ...input, from, into, table }));
    }
  }
  return tables.flatMap((table) => done.get(quoteRelation(table)) ?? []).map(({ relation: _, ...totals }) => totals);
}

/** A crash of the server may lose the last commits, but rows and ledger together: they are then copied again. */
async function openWriter(target: ConfirmedTarget, signal: AbortSignal | undefined): Promise<Session> {
  const session = await target.connect({ purpose: 'copy-write', ...(signal && { signal }) });
  await session.query('set synchronous_commit = off');
  return session;
}

interface CopyOnceInput extends CopyTablesInput {
  from: Session;
  into: Session;
  table: TablePlan;
}

async function copyOnce({ from, into, table, epoch, maskerOf, onProgress }: CopyOnceInput): Promise<LedgerEntry> {
  const masker = maskerOf(table);
  const onChunk = throttled(onProgress);
  return into.transaction(async () => {
    await claim(into, table, epoch);
    const entry = await copyTable({ from, into, table, masker, onChunk });
    await recordTable(into, epoch, entry);
    return entry;
  });
}

/** Makes this transaction the only one that copies the table, and one that a newer epoch has to wait for or end. */
async function claim(into: Session, table: RelationName, epoch: string): Promise<void> {
  const key = `envclone:copy:${quoteRelation(table)}`;
  const [operation] = await into.query<{ isFree: boolean }>(
    `select pg_try_advisory_xact_lock(hashtextextended($2, 0)) as "isFree"
       from envclone.operation
      where epoch = $1 and is_ready
        for share`,
    [epoch, key],
  );
  if (!operation) {
    throw new ConnectionError(
      'SNAPSHOT_LOST',
      `copying ${relationLabel(table)} (${into.environment}): another epoch has begun`,
    );
  }
  if (operation.isFree) return;
  await into.query(END_EARLIER_ATTEMPT, [key]);
  await into.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [key]);
}

/** An attempt whose worker is gone would keep its locks until the server notices, which takes hours: this one takes its place. */
const END_EARLIER_ATTEMPT = `
  select pg_terminate_backend(held.pid)
    from pg_locks held
    join pg_stat_activity session on session.pid = held.pid
   where held.locktype = 'advisory'
     and held.granted
     and held.database = (select oid from pg_database where datname = current_database())
     and (held.classid::bigint << 32) | held.objid::bigint = hashtextextended($1, 0)
     and held.objsubid = 1
     and session.application_name = 'envclone:copy-write'
     and held.pid <> pg_backend_pid()
`;

const PROGRESS_MS = 500;

function throttled(onProgress: CopyTablesInput['onProgress']): (tally: CopyTally) => void {
  let last = Number.NEGATIVE_INFINITY;
  return (tally) => {
    const now = performance.now();
    if (now - last < PROGRESS_MS) return;
    last = now;
    onProgress?.({ ...tally });
  };
}
