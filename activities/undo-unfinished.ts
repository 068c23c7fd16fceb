import { DataError } from '../contracts/errors.js';
import type { TargetGrant } from '../contracts/stages.js';
import { readUnfinished, type Unfinished } from '../engine/copy/unfinished.js';
import type { ConfirmedTarget } from '../engine/safety/proofs.js';
import { dropLeftoverBuildings, listBuildings } from '../engine/swap/leftovers.js';
import type { ActivityScope } from './adapt.js';
import { restorePoint } from './restore-point.js';
import type { Services } from './services.js';

interface UndoScope extends ActivityScope {
  /** Rejects for an operation that still runs. */
  requireEnded(operation: string, target: { environment: string }): Promise<void>;
}

/** What operations left on a target that have ended. */
export interface Leftovers {
  target: ConfirmedTarget;
  /** Databases that were built beside it. */
  buildings: string[];
  /** Who took it to pieces. */
  unfinished?: Unfinished;
}

/** @throws SafetyError `TARGET_BUSY` when one of those operations still runs */
export async function findLeftovers(
  { guard }: Services,
  grant: TargetGrant,
  { signal, requireEnded }: Omit<UndoScope, 'progress'>,
): Promise<Leftovers> {
  const target = await guard.admitTarget(grant.target, { ...grant, signal });
  const others = (await listBuildings(target, signal)).filter(({ operation }) => operation !== grant.operation);
  for (const { operation } of others) if (operation !== undefined) await requireEnded(operation, target);
  const buildings = others.map(({ database }) => database);
  if (!target.exists) return { target, buildings };
  await using session = await target.connect({ purpose: 'ledger', signal });
  const unfinished = await readUnfinished(session);
  if (!unfinished || unfinished.operation === grant.operation) return { target, buildings };
  await requireEnded(unfinished.operation, target);
  return { target, buildings, unfinished };
}

/** What became of it. */
export interface UndoneLeftovers {
  /** Databases that were built beside the target. */
  dropped: string[];
  /** The operation whose changes are undone. */
  undone?: string;
  /** The operation that left no way back: what the target holds stays. */
  stays?: string;
}

/**
 * Undoes what operations left that were terminated: a database built beside the target, or a target in pieces, which is what it was before again.
 * @throws SafetyError `TARGET_BUSY` when one of them still runs; DataError `RESTORE_POINT_MISSING`, `RESTORE_POINT_DAMAGED` when nothing leads back: pieces never become a restore point unasked
 */
export async function undoUnfinished(
  services: Services,
  grant: TargetGrant,
  { signal, progress, requireEnded }: UndoScope,
): Promise<UndoneLeftovers> {
  const { target, unfinished } = await findLeftovers(services, grant, { signal, requireEnded });
  const dropped = await dropLeftoverBuildings(target, { operation: grant.operation, signal });
  if (!unfinished) return { dropped };
  const { operation } = unfinished;
  const point = { environment: grant.target, id: unfinished.restorePoint ?? operation };
  const { artifacts } = services;
  try {
    await restorePoint({ target, point, operation, artifacts, signal, onProgress: progress });
    return { dropped, undone: operation };
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    const isMissing = error.code === 'RESTORE_POINT_MISSING';
    if (isMissing && unfinished.restorePoint === undefined) return { dropped, stays: operation }; // it never had one
    if (isMissing || error.code === 'RESTORE_POINT_DAMAGED') throw noWayBack(grant.target, unfinished, error);
    throw error;
  }
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
