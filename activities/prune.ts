import type { PrunedRestorePoint } from '../contracts/backup.js';
import type { TargetGrant } from '../contracts/stages.js';
import { pruneRestorePoints } from '../engine/backup/prune.js';
import type { ConfirmedTarget } from '../engine/safety/proofs.js';
import { dropKeptDatabase, listKeptDatabases } from '../engine/swap/kept-databases.js';
import type { Services } from './services.js';

interface PruneInput {
  /** Held by the caller. */
  target: ConfirmedTarget;
  /** Ids that an operation is to return to. */
  needed: readonly string[];
  dryRun?: boolean;
}

/** Removes what is beyond the configured retention: archives in the store, databases on the target's server. */
export async function prune(
  { configuration, artifacts }: Pick<Services, 'configuration' | 'artifacts'>,
  { target, needed, dryRun = false }: PruneInput,
): Promise<PrunedRestorePoint[]> {
  const kept = await listKeptDatabases(target);
  return pruneRestorePoints({
    artifacts,
    environment: target.environment,
    databases: { points: kept.map(({ summary }) => summary), drop: (id) => dropKeptDatabase(target, { id }) },
    retention: configuration.restorePoints.retention,
    needed: new Set(needed),
    dryRun,
  });
}

/** At the end of an operation that succeeded and still holds the target. The operation does not fail by it. */
export async function pruneAfter(services: Services, grant: TargetGrant, needed: readonly string[]): Promise<void> {
  const { operation, target } = grant;
  const log = (level: 'info' | 'warning', message: string) =>
    services.monitor.logEvent(operation, {
      timestamp: new Date().toISOString(),
      level,
      component: 'backup',
      message,
      metadata: {},
    });
  try {
    const pruned = await prune(services, { target: await services.guard.admitTarget(target, grant), needed });
    for (const { id, why } of pruned) log('info', `restore point ${id} was removed: ${why}`);
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'unknown';
    log('warning', `restore points were not pruned: ${reason}. Try: envclone restore-points ${target} --prune`);
  }
}
