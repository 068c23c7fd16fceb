import type { RestorePointInput } from '../contracts/stages.js';
import { createRestorePoint, discardRestorePoint } from '../engine/backup/restore-points.js';
import { readSequences } from '../engine/copy/sequences.js';
import { adapt } from './adapt.js';
import { readSchema } from './read-schema.js';
import { restorePoint } from './restore-point.js';
import type { OpenServices } from './services.js';

export const createBackupActivities = (open: OpenServices) => ({
  /** Keeps the target as it is now: schema and rows, or the fact that there is no database. */
  async createRestorePoint({ grant, point }: RestorePointInput): Promise<void> {
    return adapt(async ({ signal, progress }) => {
      const { guard, artifacts } = await open();
      const target = await guard.admitTarget(grant.target, { ...grant, signal });
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

  /** Compensation and rollback: the target is again what the restore point holds. */
  async restoreTarget({ grant, point }: RestorePointInput): Promise<void> {
    return adapt(async ({ signal, progress }) => {
      const { guard, artifacts } = await open();
      const target = await guard.admitTarget(grant.target, { ...grant, signal });
      await restorePoint({ target, point, artifacts, signal, onProgress: progress });
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
