import type { RestorePointSummary } from '../contracts/backup.js';
import {
  listRestorePoints,
  newestFirst,
  newestRestorePoint,
  readRestorePoint,
} from '../engine/backup/restore-points.js';
import type { ConfirmedTarget, ReadOnlySource } from '../engine/safety/proofs.js';
import { type KeptDatabase, listKeptDatabases } from '../engine/swap/kept-databases.js';
import type { Services } from './services.js';

interface FindInput {
  target: ConfirmedTarget;
  /** The newest one when absent. */
  id: string | undefined;
  signal: AbortSignal;
}

/** Among databases and archives. @throws DataError `RESTORE_POINT_MISSING`, `RESTORE_POINT_DAMAGED` */
export async function findRestorePoint(
  { artifacts }: Pick<Services, 'artifacts'>,
  { target, id, signal }: FindInput,
): Promise<Pick<RestorePointSummary, 'id' | 'kind'>> {
  const { environment } = target;
  const kept = await listKeptDatabases(target, signal);
  if (id !== undefined) {
    const database = kept.find(({ summary }) => summary.id === id);
    return database?.summary ?? readRestorePoint(artifacts, { environment, id });
  }
  const [newest] = together(kept, await listRestorePoints(artifacts, environment));
  return newest ?? newestRestorePoint(artifacts, environment);
}

/** What an environment can be returned to, of both kinds, newest first. */
export async function listAllRestorePoints(
  { artifacts }: Pick<Services, 'artifacts'>,
  from: ReadOnlySource | ConfirmedTarget,
): Promise<RestorePointSummary[]> {
  return together(await listKeptDatabases(from), await listRestorePoints(artifacts, from.environment));
}

function together(kept: readonly KeptDatabase[], archives: readonly RestorePointSummary[]): RestorePointSummary[] {
  return newestFirst([...kept.map(({ summary }) => summary), ...archives]);
}
