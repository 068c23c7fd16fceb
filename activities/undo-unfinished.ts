import { DataError } from '../contracts/errors.js';
import type { TargetGrant } from '../contracts/stages.js';
import { readUnfinished, type Unfinished } from '../engine/copy/unfinished.js';
import { dropLeftoverBuildings, listBuildings } from '../engine/swap/leftovers.js';
import type { ActivityScope } from './adapt.js';
import { restorePoint } from './restore-point.js';
import type { Services } from './services.js';

interface UndoScope extends ActivityScope {
  /** Rejects for an operation that still runs. */
  requireEnded(operation: string, target: { environment: string }): Promise<void>;
}

/**
 * Undoes what operations left that were terminated: a database built beside the target, or a target in pieces, which is what it was before again.
 * @throws SafetyError `TARGET_BUSY` when one of them still runs; DataError `RESTORE_POINT_MISSING`, `RESTORE_POINT_DAMAGED` when nothing leads back: pieces never become a restore point unasked
 */
export async function undoUnfinished(
  { guard, artifacts }: Services,
  grant: TargetGrant,
  { signal, progress, requireEnded }: UndoScope,
): Promise<void> {
  const target = await guard.admitTarget(grant.target, { ...grant, signal });
  for (const { operation } of await listBuildings(target, signal)) {
    if (operation !== undefined && operation !== grant.operation) await requireEnded(operation, target);
  }
  await dropLeftoverBuildings(target, { operation: grant.operation, signal });
  if (!target.exists) return;
  await using session = await target.connect({ purpose: 'ledger', signal });
  const unfinished = await readUnfinished(session);
  await session.close();
  if (!unfinished || unfinished.operation === grant.operation) return;
  const { operation } = unfinished;
  await requireEnded(operation, target);
  const point = { environment: grant.target, id: unfinished.restorePoint ?? operation };
  await restorePoint({ target, point, operation, artifacts, signal, onProgress: progress }).catch((error: unknown) => {
    if (!(error instanceof DataError)) throw error;
    const isMissing = error.code === 'RESTORE_POINT_MISSING';
    if (isMissing && unfinished.restorePoint === undefined) return; // it never had one
    if (isMissing || error.code === 'RESTORE_POINT_DAMAGED') throw noWayBack(grant.target, unfinished, error);
    throw error;
  });
}

function noWayBack(target: string, { operation }: Unfinished, error: DataError): DataError {
  const code = error.code === 'RESTORE_POINT_MISSING' ? error.code : 'RESTORE_POINT_DAMAGED';
  return new DataError(code, `${operation} left ${target} in pieces, and cannot be undone: ${error.message}`, {
    next: `${keepAsItIs(target)} To return to an older restore point: the same, then envclone rollback ${target} --to <id>`,
    cause: error,
  });
}

/** What to do when nothing leads back. */
export function keepAsItIs(target: string): string {
  return `To go on from what ${target} holds now, in its database: drop schema envclone cascade`;
}
