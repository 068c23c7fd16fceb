import { createHash } from 'node:crypto';
import type { RestorePointRef } from '../../contracts/artifacts.js';
import { DataError } from '../../contracts/errors.js';
import { relationLabel } from '../../contracts/relations.js';
import type { ArtifactStore } from '../artifacts/store.js';
import { type Archive, type ArchivedTable, artifactOf } from './restore-point.js';

/** Reads every file of an archive and compares it with its checksum. Call it before the target is touched. @throws DataError `RESTORE_POINT_DAMAGED` naming the file */
export async function verifyRestorePoint(
  artifacts: ArtifactStore,
  archive: Archive,
  { signal }: { signal?: AbortSignal } = {},
): Promise<void> {
  for (const table of archive.archived) {
    signal?.throwIfAborted();
    const found = await digestOf(artifacts, archive, table);
    if (found !== table.sha256)
      throw damagedFile(archive, table, found === '' ? 'is missing' : 'is not what was written');
  }
}

/** The file's checksum; empty when there is no file, `undefined` when the store gives no sound one. */
async function digestOf(artifacts: ArtifactStore, point: RestorePointRef, { file }: ArchivedTable) {
  const digest = createHash('sha256');
  try {
    for await (const chunk of artifacts.readStream(artifactOf(point, file))) digest.update(chunk);
  } catch (error) {
    if (error instanceof DataError && error.code === 'ARTIFACT_MISSING') return '';
    if (error instanceof DataError && error.code === 'ARTIFACT_DAMAGED') return undefined;
    throw error;
  }
  return digest.digest('hex');
}

export function damagedFile({ environment, id }: RestorePointRef, table: ArchivedTable, what: string): DataError {
  return new DataError(
    'RESTORE_POINT_DAMAGED',
    `restore point ${id} of ${environment}: ${table.file} (${relationLabel(table)}) ${what}`,
  );
}
