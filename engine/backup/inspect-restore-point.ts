import { createHash } from 'node:crypto';
import { pipeline } from 'node:stream/promises';
import type { RestorePointRef } from '../../contracts/artifacts.js';
import type { Verification } from '../../contracts/backup.js';
import { DataError } from '../../contracts/errors.js';
import type { ArtifactStore } from '../artifacts/store.js';
import { decompress, isCompressionError } from './compression.js';
import { countRows } from './count-rows.js';
import { type Archive, type ArchivedTable, artifactOf, VERIFICATION } from './restore-point.js';
import { readRestorePoint } from './restore-points.js';
import { damagedFile } from './verify-restore-point.js';

export interface InspectInput {
  artifacts: ArtifactStore;
  point: RestorePointRef;
  signal?: AbortSignal;
  /** Called before each file. */
  onProgress?(file: string): void;
}

/**
 * Reads a restore point as a restore would, but for the database: opens, decompresses, compares checksums, counts rows. What it came to is kept
 * with the restore point. @throws DataError `RESTORE_POINT_MISSING`; ConfigurationError `RESTORE_KEY_MISSING`
 */
export async function inspectRestorePoint(input: InspectInput): Promise<Verification> {
  const { artifacts, point } = input;
  const at = new Date().toISOString();
  const verification: Verification = await readThrough(input).then(
    () => ({ at, result: 'sound' }),
    (error: unknown) => {
      if (error instanceof DataError && error.code === 'RESTORE_POINT_DAMAGED')
        return { at, result: 'damaged', why: error.message };
      throw error;
    },
  );
  await artifacts.writeJson(artifactOf(point, VERIFICATION), verification);
  return verification;
}

async function readThrough({ artifacts, point, signal, onProgress }: InspectInput): Promise<void> {
  const archive = await readRestorePoint(artifacts, point);
  if (archive.kind !== 'archive') return;
  for (const table of archive.archived) {
    signal?.throwIfAborted();
    onProgress?.(table.file);
    await readTable(artifacts, archive, table);
  }
}

async function readTable(artifacts: ArtifactStore, archive: Archive, table: ArchivedTable): Promise<void> {
  const digest = createHash('sha256');
  let rows = 0;
  try {
    await pipeline(
      artifacts.readStream(artifactOf(archive, table.file)),
      async function* (chunks: AsyncIterable<Buffer>) {
        for await (const chunk of chunks) {
          digest.update(chunk);
          yield chunk;
        }
      },
      decompress(table.file),
      async (chunks: AsyncIterable<Buffer>) => {
        rows = await countRows(chunks, table.format);
      },
    );
  } catch (error) {
    throw asDamage(error, archive, table);
  }
  if (digest.digest('hex') !== table.sha256) throw damagedFile(archive, table, 'is not what was written');
  if (rows !== table.rows) throw damagedFile(archive, table, `holds ${rows} rows instead of ${table.rows}`);
}

function asDamage(error: unknown, archive: Archive, table: ArchivedTable): unknown {
  if (isCompressionError(error)) return damagedFile(archive, table, 'cannot be decompressed');
  if (!(error instanceof DataError)) return error;
  switch (error.code) {
    case 'ARTIFACT_MISSING':
      return damagedFile(archive, table, 'is missing');
    case 'ARTIFACT_DAMAGED':
      return damagedFile(archive, table, 'is not what was written');
    case 'RESTORE_POINT_DAMAGED':
      return damagedFile(archive, table, `cannot be read: ${error.message}`);
    default:
      return error;
  }
}
