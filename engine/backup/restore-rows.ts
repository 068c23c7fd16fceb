import { createHash } from 'node:crypto';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { DataError } from '../../contracts/errors.js';
import { relationLabel } from '../../contracts/relations.js';
import type { ArtifactStore } from '../artifacts/store.js';
import { postgresFields, translatePostgresError } from '../postgres/errors.js';
import type { Session } from '../postgres/session.js';
import type { ConfirmedTarget } from '../safety/proofs.js';
import type { ArchiveTally } from './archive-rows.js';
import { archiveInSql } from './archive-statements.js';
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
  await using session = await target.connect({ purpose: 'restore', ...(signal && { signal }) });
  for (const [doneTables, table] of archived.entries()) {
    onProgress?.({ table: relationLabel(table), doneTables, tables: archived.length });
    try {
      await session.transaction(() => restoreTable(session, { archive, table, artifacts }));
    } catch (error) {
      signal?.throwIfAborted();
      throw translatePostgresError(error, {
        doing: `restoring ${relationLabel(table)}`,
        environment: session.environment,
        otherwise: 'COPY_FAILED',
      });
    }
  }
}

interface RestoreTable {
  archive: Archive;
  table: ArchivedTable;
  artifacts: ArtifactStore;
}

/** What the file holds is compared again as it passes, before the transaction commits. */
async function restoreTable(session: Session, { archive, table, artifacts }: RestoreTable): Promise<void> {
  const digest = createHash('sha256');

  async function* measured(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of chunks) {
      digest.update(chunk);
      yield chunk;
    }
  }

  const stored = session.copyIn(archiveInSql(table));
  try {
    await pipeline(artifacts.readStream(artifactOf(archive, table.file)), measured, createGunzip(), stored);
  } catch (error) {
    if (error instanceof DataError && error.code === 'ARTIFACT_DAMAGED')
      throw damagedFile(archive, table, 'is not what was written');
    throw isCompressionError(error) ? damagedFile(archive, table, 'cannot be decompressed') : error;
  }
  if (digest.digest('hex') !== table.sha256) throw damagedFile(archive, table, 'is not what was written');
  if (stored.rowCount !== table.rows) {
    throw damagedFile(archive, table, `holds ${stored.rowCount} rows instead of ${table.rows}`);
  }
}

function isCompressionError(error: unknown): boolean {
  return (
    error instanceof Error && !postgresFields(error) && 'code' in error && /^(Z_|ERR_ZLIB)/.test(String(error.code))
  );
}
