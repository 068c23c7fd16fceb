import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { DataError } from '../../contracts/errors.js';
import type { TablePlan } from '../../contracts/plan.js';
import { relationLabel } from '../../contracts/relations.js';
import type { TypeShape } from '../../contracts/schema.js';
import type { TableMasker } from '../../contracts/value-masker.js';
import { type FailureContext, translatePostgresError } from '../postgres/errors.js';
import { explainLockTimeout } from '../postgres/lock-holders.js';
import type { Session } from '../postgres/session.js';
import type { ReadOnlySource } from '../safety/proofs.js';
import { BinaryRowMasker } from './binary-rows.js';
import { type CopyPart, copyInSql, copyOutSql } from './copy-statements.js';
import type { LedgerEntry } from './ledger-entries.js';
import { isGone, schemaChanged } from './read-failure.js';
import type { RowMasker } from './row-masker.js';
import { TextRowMasker } from './text-rows.js';

/** How far the copy of one table, or of one range of it, is. */
export interface PartTally {
  /** Rows masked so far; 0 for a table whose bytes pass, until its rows are counted at its end. */
  rows: number;
  bytes: number;
}

/** Holds the copy back while the source has enough to do. */
export interface Gate {
  /** Asked about every buffer that was read. `undefined`: go on at once. */
  admit(bytes: number): Promise<void> | undefined;
}

export interface CopyTableInput {
  source: ReadOnlySource;
  /** Inside the snapshot. */
  from: Session;
  /** Inside the transaction that will also enter the part in the ledger. */
  into: Session;
  part: CopyPart & { table: TablePlan };
  masker: TableMasker | undefined;
  gate?: Gate | undefined;
  onChunk(tally: PartTally): void;
}

/** Streams the rows of one part, masked on the way; memory is a few chunks. Leaves the commit to the caller. */
export async function copyTable(input: CopyTableInput): Promise<Omit<LedgerEntry, 'worker' | 'milliseconds'>> {
  const { from, into, part, masker, gate, onChunk } = input;
  const { table } = part;
  const label = relationLabel(table);
  const tally: PartTally = { rows: 0, bytes: 0 };
  const rowMasker = rowMaskerOf(table, masker);

  async function* masked(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of chunks) {
      const bytes = rowMasker ? rowMasker.push(chunk) : chunk;
      tally.bytes += bytes.length;
      tally.rows = rowMasker?.rows ?? 0;
      onChunk(tally);
      if (bytes.length > 0) yield bytes;
      const waiting = gate?.admit(chunk.length);
      if (waiting) await waiting;
    }
    rowMasker?.end();
  }

  const sending = from.copyOut(copyOutSql(part));
  const storing = into.copyIn(copyInSql(part));
  try {
    await pipeline(masked(codedChunks(sending, (error) => sourceFailure(error, input))), storing);
  } catch (error) {
    throw translatePostgresError(error, doingOf(table, into));
  }
  const sent = rowsSent(sending);
  if (sent !== storing.rowCount) {
    throw new DataError('COPY_FAILED', `copying ${label}: ${storing.rowCount} of ${sent} rows were stored`);
  }
  return {
    table: label,
    bytes: tally.bytes,
    rows: sent,
    relation: table,
    chunk: part.range?.chunk ?? 0,
    maskedValues: countsByName(table, rowMasker),
  };
}

function rowMaskerOf(table: TablePlan, masker: TableMasker | undefined): RowMasker | undefined {
  if (!masker?.columns.some((mask) => mask !== undefined)) return undefined;
  const columns = table.columns.map(({ name, shape }, at) => ({
    name,
    type: scalarOf(shape),
    mask: masker.columns[at],
  }));
  const input = { table: relationLabel(table), columns, endRow: masker.endRow };
  return table.wire === 'binary' ? new BinaryRowMasker(input) : new TextRowMasker(input);
}

function scalarOf(shape: TypeShape): string {
  if (shape.kind === 'array') return scalarOf(shape.element);
  return shape.kind === 'scalar' ? shape.name : shape.kind;
}

/** The stream's chunks; its failure is coded here, because what ends a COPY is sent to the other server for its log. */
async function* codedChunks(stream: Readable, coded: (error: unknown) => Promise<Error>): AsyncGenerator<Buffer> {
  try {
    yield* stream;
  } catch (error) {
    throw await coded(error);
  }
}

/** A table that somebody has locked is told with who has. */
async function sourceFailure(error: unknown, { source, from, part: { table } }: CopyTableInput): Promise<Error> {
  const connect = (input: { purpose: string }) => source.connect(input);
  const explained = await explainLockTimeout(error, { ...doingOf(table, from), relation: table, connect });
  return isGone(error) ? schemaChanged(explained) : explained;
}

function doingOf(table: TablePlan, { environment }: Session): FailureContext {
  return { doing: `copying ${relationLabel(table)}`, environment, otherwise: 'COPY_FAILED' };
}

/** The server says how many rows it sent after the last of them, and before it takes another statement. */
function rowsSent(stream: Readable): number {
  return 'rowCount' in stream && typeof stream.rowCount === 'number' ? stream.rowCount : Number.NaN;
}

function countsByName({ columns }: TablePlan, rowMasker: RowMasker | undefined): Record<string, number> {
  return Object.fromEntries((rowMasker?.masked() ?? []).map(([at, count]) => [columns[at]?.name ?? '', count]));
}
