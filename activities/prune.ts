import type { TargetGrant } from '../contracts/stages.js';
import { pruneRestorePoints } from '../engine/backup/prune.js';
import type { Services } from './services.js';

/** At the end of an operation that succeeded and still holds the target: what is beyond the configured retention goes. The operation does not fail by it. */
export async function pruneAfter(
  { configuration, artifacts, monitor }: Services,
  { operation, target }: TargetGrant,
  needed: readonly string[],
): Promise<void> {
  const log = (level: 'info' | 'warning', message: string) =>
    monitor.logEvent(operation, {
      timestamp: new Date().toISOString(),
      level,
      component: 'backup',
      message,
      metadata: {},
    });
  try {
    const { retention } = configuration.restorePoints;
    const pruned = await pruneRestorePoints({ artifacts, environment: target, retention, needed: new Set(needed) });
    for (const { id, why } of pruned) log('info', `restore point ${id} was removed: ${why}`);
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'unknown';
    log('warning', `restore points were not pruned: ${reason}. Try: envclone restore-points ${target} --prune`);
  }
}
