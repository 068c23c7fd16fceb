import { DataError } from '../../contracts/errors.js';
import { quoteIdentifier } from '../postgres/quote.js';
import type { ConfirmedTarget, ReadOnlySource } from '../safety/proofs.js';
import { listKeptDatabases } from './kept-databases.js';

export interface ReadKeptInput {
  /** Of the restore point. */
  id: string;
  signal?: AbortSignal;
}

/**
 * Lets somebody connect to the database that is a restore point, to read it; then it is closed again. Sessions that were opened meanwhile stay.
 * @throws DataError `RESTORE_POINT_MISSING`
 */
export async function openingKept<Result>(
  target: ConfirmedTarget,
  { id, signal }: ReadKeptInput,
  work: (kept: ReadOnlySource) => Promise<Result>,
): Promise<Result> {
  const aborting = signal ? { signal } : {};
  const found = (await listKeptDatabases(target, signal)).find(({ summary }) => summary.id === id);
  if (!found) throw new DataError('RESTORE_POINT_MISSING', `${target.environment} has no restore point ${id}`);
  const { database } = found;
  const allow = async (isAllowed: boolean, options: { signal?: AbortSignal }) => {
    await using session = await target.connectMaintenance({ purpose: 'restore-points', ...options });
    await session.query(`alter database ${quoteIdentifier(database)} allow_connections ${isAllowed}`);
  };
  await allow(true, aborting);
  try {
    return await work(target.readBeside(database));
  } finally {
    await allow(false, {}); // also when the work was cancelled
  }
}
