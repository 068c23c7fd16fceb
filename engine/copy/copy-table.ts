import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { DataError, type EnvcloneError } from '../../contracts/errors.js';
import type { TablePlan } from '../../contracts/plan.js';
import { relationLabel } from '../../contracts/relations.js';
import { translatePostgresError } from '../postgres/errors.js';
import type { Session } from '../postgres/session.js';
import { copyInSql, copyOutSql } from './copy-statements.js';
import type { LedgerEntry } from './ledger-entries.js';
import { RowMasker, type TableMasker } from './mask-rows.js';

/** How far the copy of one table is. */
export interface CopyTally {
  /** `schema.table` */
  table: string;
  /** Rows masked so far; 0 for a table whose bytes pass, until its rows are counted at its end. */
  rows: number;
  bytes: number;
}

export interface CopyTableInput {
  /** Inside the snapshot. */
  from: Session;
  /** Inside the transaction that will also enter the table in the ledger. */
  into: Session;
  table: TablePlan;
  masker: TableMasker | undefined;
  onChunk(tally: CopyTally): void;
}

/** Streams one table's rows, masked on the way; memory is a few chunks. Leaves the commit to the caller. */
export async function copyTable({ from, into, table, masker, onChunk }: CopyTableInput): Promise<LedgerEntry> {
  const tally: CopyTally = { table: relationLabel(table), rows: 0, bytes: 0 };
  const rowMasker = rowMaskerOf(table, masker);

  async function* masked(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of chunks) {
      const bytes = rowMasker ? rowMasker.push(chunk) : chunk;
      tally.bytes += bytes.length;
      tally.rows = rowMasker?.rows ?? 0;
      onChunk(tally);
      if (bytes.length > 0) yield bytes;
    }
    rowMasker?.end();
  }

  const sending = from.copyOut(copyOutSql(table));
  const storing = into.copyIn(copyInSql(table));
  try {
    await pipeline(masked(codedChunks(sending, (error) => copyFailure(error, table, from))), storing);
  } catch (error) {
    throw copyFailure(error, table, into);
  }
  const sent = await rowsSent(sending, from);
  if (sent !== storing.rowCount) {
    throw new DataError('COPY_FAILED', `copying ${tally.table}: ${storing.rowCount} of ${sent} rows were stored`);
  }
  return { ...tally, rows: sent, relation: table, maskedValues: countsByName(table, rowMasker) };
}

function rowMaskerOf(table: TablePlan, masker: TableMasker | undefined): RowMasker | undefined {
  if (!masker?.columns.some((mask) => mask !== undefined)) return undefined;
  if (table.wire !== 'text') {
    throw new DataError('COPY_FAILED', `copying ${relationLabel(table)}: masking needs the text wire`);
  }
  const columns = table.columns.map(({ name }, at) => ({ name, mask: masker.columns[at] }));
  return new RowMasker({ table: relationLabel(table), columns });
}

/** The stream's chunks; its failure is coded here, because what ends a COPY is sent to the other server for its log. */
async function* codedChunks(stream: Readable, coded: (error: unknown) => Error): AsyncGenerator<Buffer> {
  try {
    yield* stream;
  } catch (error) {
    throw coded(error);
  }
}

function copyFailure(error: unknown, table: TablePlan, { environment }: Session): EnvcloneError {
  return translatePostgresError(error, {
    doing: `copying ${relationLabel(table)}`,
    environment,
    otherwise: 'COPY_FAILED',
  });
}

/** The server says how many rows it sent after the last of them, and before it takes another statement. */
async function rowsSent(stream: Readable, session: Session): Promise<number> {
  await session.query('select 1');
  return 'rowCount' in stream && typeof stream.rowCount === 'number' ? stream.rowCount : Number.NaN;
}

function countsByName({ columns }: TablePlan, rowMasker: RowMasker | undefined): Record<string, number> {
  return Object.fromEntries((rowMasker?.masked() ?? []).map(([at, count]) => [columns[at]?.name ?? '', count]));
}
