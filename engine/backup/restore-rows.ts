import { createHash } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { pipeline } from 'node:stream/promises';
import { DataError } from '../../contracts/errors.js';
import { type RelationName, relationLabel } from '../../contracts/relations.js';
import type { ArtifactStore } from '../artifacts/store.js';
import { translatePostgresError } from '../postgres/errors.js';
import type { Session } from '../postgres/session.js';
import type { ConfirmedTarget } from '../safety/proofs.js';
import type { ArchiveTally } from './archive-rows.js';
import { archiveInSql } from './archive-statements.js';
import { decompress, isCompressionError } from './compression.js';
import { type Archive, type ArchivedTable, artifactOf } from './restore-point.js';
import { damagedFile } from './verify-restore-point.js';

export interface RestoreRowsInput {
  target: ConfirmedTarget;
  archive: Archive;
  artifacts: ArtifactStore;
  signal?: AbortSignal;
  onProgress?(tally: ArchiveTally): void;
}

/**
 * Fills the tables of a target from an archive. The tables have to be there and empty, without keys and triggers: first
 * `verifyRestorePoint`, then drop, then the archive's pre-data; afterwards its keys, the rest of the schema, `setSequences` and
 * materialized views. Large objects were never touched, and settings of the database itself stay as they are.
 * @throws DataError `RESTORE_POINT_DAMAGED`, `COPY_FAILED`, `DISK_FULL`; ConnectionError
 */
export async function restoreRows({ target, archive, artifacts, signal, onProgress }: RestoreRowsInput): Promise<void> {
  const { archived } = archive;
  const waiting = [...archived].sort((a, b) => b.sizeBytes - a.sizeBytes); // a large one alone at the end would keep one lane busy
  const failed = new AbortController();
  const stop = signal ? AbortSignal.any([signal, failed.signal]) : failed.signal;
  let doneTables = 0;

  async function fillTables(): Promise<void> {
    if (waiting.length === 0) return;
    await using session = await target.connect({ purpose: 'restore', signal: stop });
    for (let table = waiting.shift(); table; table = waiting.shift()) {
      onProgress?.({ table: relationLabel(table), doneTables, tables: archived.length });
      await fill(session, { archive, table, artifacts }, stop);
      doneTables += 1;
    }
  }

  const lanes = Array.from({ length: LANES }, () =>
    fillTables().catch((error: unknown) => {
      failed.abort(error); // the first failure is the one to tell; the others stop because of it
    }),
  );
  await Promise.all(lanes);
  signal?.throwIfAborted();
  if (failed.signal.aborted) throw failed.signal.reason;
}

/** Tables filled at the same time, each by a session of its own. */
const LANES = Math.min(4, availableParallelism());

async function fill(session: Session, restored: RestoreTable, signal: AbortSignal): Promise<void> {
  try {
    await session.transaction(async () => {
      await restoreTable(session, restored);
    });
  } catch (error) {
    signal.throwIfAborted();
    throw translatePostgresError(error, {
      doing: `restoring ${relationLabel(restored.table)}`,
      environment: session.environment,
      otherwise: 'COPY_FAILED',
    });
  }
}

export interface RestoreTable {
  archive: Archive;
  table: ArchivedTable;
  artifacts: ArtifactStore;
  /** Where the rows go; default: the table of the same name. */
  into?: RelationName;
}

/** Returns how many rows there are. What the file holds is compared again as it passes, before the transaction commits. */
export async function restoreTable(
  session: Session,
  { archive, table, artifacts, into = table }: RestoreTable,
): Promise<number> {
  const digest = createHash('sha256');

  async function* measured(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of chunks) {
      digest.update(chunk);
      yield chunk;
    }
  }

  const stored = session.copyIn(archiveInSql({ ...table, schema: into.schema, name: into.name }));
  try {
    await pipeline(artifacts.readStream(artifactOf(archive, table.file)), measured, decompress(table.file), stored);
  } catch (error) {
    if (error instanceof DataError && error.code === 'ARTIFACT_DAMAGED')
      throw damagedFile(archive, table, 'is not what was written');
    throw isCompressionError(error) ? damagedFile(archive, table, 'cannot be decompressed') : error;
  }
  if (digest.digest('hex') !== table.sha256) throw damagedFile(archive, table, 'is not what was written');
  if (stored.rowCount !== table.rows) {
    throw damagedFile(archive, table, `holds ${stored.rowCount} rows instead of ${table.rows}`);
  }
  return table.rows;
}
