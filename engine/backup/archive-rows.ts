import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { RestorePointRef } from '../../contracts/artifacts.js';
import { relationLabel } from '../../contracts/relations.js';
import type { ColumnDefinition, SequenceDefinition, TableDefinition } from '../../contracts/schema.js';
import type { ArtifactStore } from '../artifacts/store.js';
import { translatePostgresError } from '../postgres/errors.js';
import type { Session } from '../postgres/session.js';
import type { ConfirmedTarget } from '../safety/proofs.js';
import { archiveOutSql } from './archive-statements.js';
import { COMPRESSED, compress } from './compression.js';
import { type ArchivedTable, artifactOf } from './restore-point.js';

/** How far an archive or its restoring is. */
export interface ArchiveTally {
  /** `schema.table` */
  table: string;
  doneTables: number;
  tables: number;
}

export interface ArchiveRowsInput {
  from: ConfirmedTarget;
  tables: readonly TableDefinition[];
  point: RestorePointRef;
  artifacts: ArtifactStore;
  /** Called inside the archive's snapshot, before the first row. */
  onSnapshot?(session: Session): Promise<void>;
  signal?: AbortSignal;
  onProgress?(tally: ArchiveTally): void;
}

/**
 * Writes every row that a schema dump does not bring back, all of one snapshot. Large objects stay where they are, here and when
 * restoring: envclone never touches them.
 * @throws DataError `COPY_FAILED`, `DISK_FULL`; ConnectionError
 */
export async function archiveRows(input: ArchiveRowsInput): Promise<ArchivedTable[]> {
  const { from, onSnapshot, onProgress, signal } = input;
  const tables = input.tables.filter(holdsRows);
  await using session = await from.connect({ purpose: 'archive', ...(signal && { signal }) });
  try {
    await session.query('set row_security = off'); // a policy that hides rows fails the archive instead of shrinking it
    await session.query('begin isolation level repeatable read read only');
    await onSnapshot?.(session);
    const archived: ArchivedTable[] = [];
    for (const [index, table] of tables.entries()) {
      onProgress?.({ table: relationLabel(table), doneTables: index, tables: tables.length });
      archived.push(await archiveTable(session, { ...input, table, file: `rows/${index}${COMPRESSED}` }));
    }
    return archived;
  } catch (error) {
    signal?.throwIfAborted();
    throw failure(error, 'archiving rows', session);
  }
}

/** A partitioned table has its rows in its partitions, a foreign one elsewhere; an extension brings its own, but for configuration. */
export function holdsRows({ kind, extension, extensionFilter }: TableDefinition): boolean {
  return kind === 'table' && (extension === undefined || extensionFilter !== undefined);
}

async function archiveTable(
  session: Session,
  { table, file, point, artifacts }: ArchiveRowsInput & { table: TableDefinition; file: string },
): Promise<ArchivedTable> {
  const columns = table.columns.filter(({ generated }) => generated === undefined);
  const format = formatOf(columns);
  const names = columns.map(({ name }) => name);
  const doing = `archiving ${relationLabel(table)}`;
  const rows = session.copyOut(archiveOutSql({ ...table, columns: names, format }));
  const digest = createHash('sha256');
  let sizeBytes = 0;

  async function* measured(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of chunks) {
      digest.update(chunk);
      sizeBytes += chunk.length;
      yield chunk;
    }
  }

  try {
    await pipeline(rows, compress(), measured, artifacts.writeStream(artifactOf(point, file)));
  } catch (error) {
    throw failure(error, doing, session);
  }
  const { schema, name } = table;
  const counted = await rowsSent(rows, session);
  return { schema, name, file, columns: names, format, rows: counted, sizeBytes, sha256: digest.digest('hex') };
}

/** Restoring makes user-defined types anew, with other OIDs than their binary form quotes. */
export function formatOf(columns: readonly ColumnDefinition[]): 'binary' | 'text' {
  return columns.every(({ isBinaryPortable }) => isBinaryPortable) ? 'binary' : 'text';
}

/** The server says how many rows it sent after the last of them, and before it takes another statement. */
async function rowsSent(stream: Readable, session: Session): Promise<number> {
  await session.query('select 1');
  return 'rowCount' in stream && typeof stream.rowCount === 'number' ? stream.rowCount : Number.NaN;
}

function failure(error: unknown, doing: string, { environment }: Session): Error {
  return translatePostgresError(error, { doing, environment, otherwise: 'COPY_FAILED' });
}

/** Reads sequences again inside a snapshot: `readSequences` of the copy. */
export type SequenceReader = (
  session: Session,
  sequences: readonly SequenceDefinition[],
) => Promise<SequenceDefinition[]>;
