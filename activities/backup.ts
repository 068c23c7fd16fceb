import type { RestorePointInput } from '../contracts/stages.js';
import { createRestorePoint, discardRestorePoint } from '../engine/backup/restore-points.js';
import { readSequences } from '../engine/copy/sequences.js';
import { adapt } from './adapt.js';
import { readSchema } from './read-schema.js';
import { requireEnded } from './require-ended.js';
import { restorePoint } from './restore-point.js';
import type { OpenServices } from './services.js';
import { undoUnfinished } from './undo-unfinished.js';

export const createBackupActivities = (open: OpenServices) => ({
  /** Keeps the target as it is now: schema and rows, or the fact that there is no database. A clone that was ended without its undo is undone first. */
  async createRestorePoint({ grant, point }: RestorePointInput): Promise<void> {
    return adapt(async ({ signal, progress }) => {
      const services = await open();
      const { artifacts } = services;
      await undoUnfinished(services, grant, { signal, progress, requireEnded });
      const target = await services.guard.admitTarget(grant.target, { ...grant, signal });
      const schema = target.exists ? await readSchema(target, signal) : undefined;
      await createRestorePoint({
        from: target,
        schema,
        point,
        operation: grant.operation,
        artifacts,
        readSequences,
        signal,
        onProgress: progress,
      });
    });
  },

  /** Compensation and rollback: the target is again what the restore point holds. Terminated, it leads back to what the operation found. */
  async restoreTarget({ grant, point }: RestorePointInput): Promise<void> {
    return adapt(async ({ signal, progress }) => {
      const { guard, artifacts } = await open();
      const target = await guard.admitTarget(grant.target, { ...grant, signal });
      const { operation } = grant;
      await restorePoint({ target, point, operation, artifacts, signal, onProgress: progress });
    });
  },

  /** Compensation: an operation that failed leaves no restore point behind. */
  async discardRestorePoint({ point }: RestorePointInput): Promise<void> {
    return adapt(async () => {
      const { artifacts } = await open();
      await discardRestorePoint(artifacts, point);
    });
  },
});
