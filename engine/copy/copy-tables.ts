import { ConnectionError } from '../../contracts/errors.js';
import type { RowRange, TablePlan } from '../../contracts/plan.js';
import { type RelationName, relationLabel } from '../../contracts/relations.js';
import type { TableMasker } from '../../contracts/value-masker.js';
import { translatePostgresError } from '../postgres/errors.js';
import { explainLockTimeout } from '../postgres/lock-holders.js';
import { quoteRelation } from '../postgres/quote.js';
import type { Session } from '../postgres/session.js';
import type { ConfirmedTarget, ReadOnlySource } from '../safety/proofs.js';
import { type CopyPart, emptyingSql, isFrozen, isSmall } from './copy-statements.js';
import { copyTable, type Gate, type PartTally } from './copy-table.js';
import { addUp, type LedgerEntry, partsDone, recordParts, type TableTotals } from './ledger-entries.js';
import { requireUnchanged } from './require-unchanged.js';
import { openSnapshotReader } from './snapshot-reader.js';

export type { TableTotals };

/** How far a call is: what it copied, and what it found copied. */
export interface CopyTally extends PartTally {
  /** `schema.table`, of the table being copied. */
  table: string;
}

export interface CopyTablesInput {
  source: ReadOnlySource;
  target: ConfirmedTarget;
  tables: readonly TablePlan[];
  /** Of the only table: each range is a transaction of its own. Absent: whole tables, small ones in one transaction together. */
  ranges?: readonly RowRange[] | undefined;
  /** What `holdSnapshot` gave to `onReady`. */
  snapshot: string;
  /** What `prepareLedger` was given for that snapshot. */
  epoch: string;
  /** Who copies, as the ledger shall name it. */
  worker?: string;
  /** `undefined`: all bytes of the table pass. */
  maskerOf(table: TablePlan): TableMasker | undefined;
  gate?: Gate | undefined;
  signal?: AbortSignal;
  /** Called every half second or so while rows flow. */
  onProgress?(tally: CopyTally): void;
}

/**
 * Copies tables or ranges one after the other, each exactly once: its rows and its entry in the ledger are one transaction, so a call after
 * an interruption skips what is there. Returns the totals of each table, in order.
 * @throws ConnectionError `SNAPSHOT_LOST` when the snapshot is gone or a newer epoch began, `CONNECTION_FAILED`;
 * SchemaError `SOURCE_SCHEMA_CHANGED`; DataError `COPY_FAILED`, `CONSTRAINT_VIOLATED`, `DISK_FULL`, `GENERATOR_FAILED`
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
  const parts = partsOf(input);
  await using into = await openWriter(target, signal);
  const done = new Map(
    (await partsDone(into, epoch, tables)).map((entry) => [keyOf(entry.relation, entry.chunk), entry]),
  );
  const entryOf = ({ table, range }: Part) => done.get(keyOf(table, range?.chunk ?? 0));
  const remaining = parts.filter((part) => !entryOf(part));
  if (remaining.length > 0) {
    await using from = await openSnapshotReader(source, input);
    const report = throttled(
      input.onProgress,
      parts.flatMap((part) => entryOf(part) ?? []),
    );
    for (const together of transactionsOf(remaining)) {
      for (const entry of await copyOnce({ ...input, from, into, parts: together, report })) {
        done.set(keyOf(entry.relation, entry.chunk), entry);
      }
    }
  }
  return addUp(parts.flatMap((part) => entryOf(part) ?? []));
}

type Part = CopyPart & { table: TablePlan };

function partsOf({ tables, ranges }: CopyTablesInput): Part[] {
  const [table] = tables;
  return ranges && table ? ranges.map((range) => ({ table, range })) : tables.map((table) => ({ table }));
}

function keyOf(table: RelationName, chunk: number): string {
  return `${quoteRelation(table)}/${chunk}`;
}

/** A crash of the server may lose the last commits, but rows and ledger together: they are then copied again. */
async function openWriter(target: ConfirmedTarget, signal: AbortSignal | undefined): Promise<Session> {
  const session = await target.connect({ purpose: 'copy-write', ...(signal && { signal }) });
  await session.query('set synchronous_commit = off');
  return session;
}

/** Small tables share a transaction, for their cost is round trips. Another part has its own. */
function transactionsOf(parts: readonly Part[]): Part[][] {
  const small = parts.filter(isSmall);
  const alone = parts.filter((part) => !isSmall(part)).map((part) => [part]);
  return small.length > 0 ? [small, ...alone] : alone;
}

interface CopyOnceInput extends CopyTablesInput {
  from: Session;
  into: Session;
  parts: Part[];
  report: Report;
}

/** Copies parts and enters them in the ledger, in one transaction. */
async function copyOnce(input: CopyOnceInput): Promise<LedgerEntry[]> {
  const { from, into, parts, epoch, worker = '', maskerOf, report } = input;
  return into.transaction(async () => {
    await claim(into, parts, epoch);
    const entries: LedgerEntry[] = [];
    for (const part of parts) {
      const startedAt = performance.now();
      if (isFrozen(part)) await empty(input, part);
      const onChunk = report.begin(relationLabel(part.table));
      const copied = await copyTable({
        ...input,
        part,
        masker: part.range?.isKept ? undefined : maskerOf(part.table),
        onChunk,
      });
      entries.push({ ...copied, worker, milliseconds: performance.now() - startedAt });
      report.end(copied);
    }
    await requireUnchanged(
      parts.map(({ table }) => table),
      from,
    );
    await recordParts(into, epoch, entries);
    return entries;
  });
}

async function empty({ target, into }: CopyOnceInput, { table }: Part): Promise<void> {
  await into.query(emptyingSql(table)).catch(async (error: unknown) => {
    const doing = `emptying ${relationLabel(table)}`;
    const connect = (input: { purpose: string }) => target.connect(input);
    const wanted = { relation: table, mode: 'ACCESS EXCLUSIVE', connect } as const;
    throw await explainLockTimeout(error, {
      doing,
      environment: into.environment,
      otherwise: 'COPY_FAILED',
      ...wanted,
    });
  });
}

/** Makes this transaction the only one that copies the parts, and one that a newer epoch has to wait for or end. */
async function claim(into: Session, parts: readonly Part[], epoch: string): Promise<void> {
  const keys = parts.map(({ table, range }) => `envclone:copy:${keyOf(table, range?.chunk ?? 0)}`);
  const claimed = await into.query<{ key: string; isFree: boolean }>(
    `select key, pg_try_advisory_xact_lock(hashtextextended(key, 0)) as "isFree"
       from envclone.operation, unnest($2::text[]) key
      where epoch = $1 and is_ready
        for share of operation`,
    [epoch, keys],
  );
  if (claimed.length === 0) {
    const [first] = parts.map(({ table }) => relationLabel(table));
    throw new ConnectionError('SNAPSHOT_LOST', `copying ${first} (${into.environment}): another epoch has begun`);
  }
  for (const { key, isFree } of claimed) {
    if (isFree) continue;
    await into.query(END_EARLIER_ATTEMPT, [key]);
    await into.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [key]);
  }
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
     and session.application_name like 'envclone:%copy-write'
     and held.pid <> pg_backend_pid()
`;

const PROGRESS_MS = 500;

interface Report {
  begin(table: string): (tally: PartTally) => void;
  end(part: PartTally): void;
}

function throttled(onProgress: CopyTablesInput['onProgress'], before: readonly LedgerEntry[]): Report {
  const done = { rows: 0, bytes: 0 };
  const end = ({ rows, bytes }: PartTally) => {
    done.rows += rows;
    done.bytes += bytes;
  };
  for (const entry of before) end(entry);
  let last = Number.NEGATIVE_INFINITY;
  return {
    end,
    begin: (table: string) => (tally: PartTally) => {
      const now = performance.now();
      if (now - last < PROGRESS_MS) return;
      last = now;
      onProgress?.({ table, rows: done.rows + tally.rows, bytes: done.bytes + tally.bytes });
    },
  };
}
