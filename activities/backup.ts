import type { RestorePointInput, TargetGrant } from '../contracts/stages.js';
import { createRestorePoint, discardRestorePoint, listRestorePoints } from '../engine/backup/restore-points.js';
import { readLedger } from '../engine/copy/ledger.js';
import { readSequences } from '../engine/copy/sequences.js';
import { dropLeftoverBuildings, listBuildings } from '../engine/swap/leftovers.js';
import { type ActivityScope, adapt } from './adapt.js';
import { readSchema } from './read-schema.js';
import { requireEnded } from './require-ended.js';
import { restorePoint } from './restore-point.js';
import type { OpenServices, Services } from './services.js';

export const createBackupActivities = (open: OpenServices) => ({
  /** Keeps the target as it is now: schema and rows, or the fact that there is no database. A clone that was ended without its undo is undone first. */
  async createRestorePoint({ grant, point }: RestorePointInput): Promise<void> {
    return adapt(async ({ signal, progress }) => {
      const services = await open();
      const { artifacts } = services;
      await undoUnfinished(services, grant, { signal, progress });
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

/** What operations left that were terminated, so that nothing was undone: a database built beside the target, or a ledger in it. */
export async function undoUnfinished(
  { guard, artifacts }: Services,
  grant: TargetGrant,
  { signal, progress }: ActivityScope,
): Promise<void> {
  const target = await guard.admitTarget(grant.target, { ...grant, signal });
  for (const { operation } of await listBuildings(target, signal)) {
    if (operation !== undefined && operation !== grant.operation) await requireEnded(operation, target);
  }
  await dropLeftoverBuildings(target, { operation: grant.operation, signal });
  if (!target.exists) return;
  await using session = await target.connect({ purpose: 'ledger', signal });
  const id = (await readLedger(session))?.operation;
  await session.close();
  if (id === undefined || id === grant.operation) return;
  await requireEnded(id, target);
  const points = await listRestorePoints(artifacts, grant.target);
  const point = points.find((candidate) => candidate.id === id);
  if (point) await restorePoint({ target, point, artifacts, signal, onProgress: progress });
}
