import type { PrunedRestorePoint } from '../../contracts/backup.js';
import type { ArtifactStore } from '../artifacts/store.js';
import { artifactOf, MANIFEST, operationsOf } from './restore-point.js';
import { discardRestorePoint, listRestorePoints } from './restore-points.js';
import { excessPoints, type Retention } from './retention.js';

export interface PruneInput {
  artifacts: ArtifactStore;
  environment: string;
  retention: Retention;
  /** Ids that an operation is to return to. */
  needed: ReadonlySet<string>;
  /** Only says what would go. Default `false`. */
  dryRun?: boolean;
}

/** Removes what is beyond the retention, and what an interrupted archive left. No operation but the caller's may be running on the environment. */
export async function pruneRestorePoints(input: PruneInput): Promise<PrunedRestorePoint[]> {
  const { artifacts, environment, dryRun = false } = input;
  const points = await listRestorePoints(artifacts, environment);
  const excess = excessPoints({ ...input, points }).map(({ point, why }) => ({ ...point, why }));
  const pruned: PrunedRestorePoint[] = [...excess, ...(await interruptedArchives(input))];
  if (!dryRun) for (const { id } of pruned) await discardRestorePoint(artifacts, { environment, id });
  return pruned;
}

/** Without a manifest nothing can be restored: the worker died while it wrote the rows. */
async function interruptedArchives({ artifacts, environment, needed }: PruneInput): Promise<PrunedRestorePoint[]> {
  const prefix = operationsOf(environment);
  const found: PrunedRestorePoint[] = [];
  for (const operation of await artifacts.operations(prefix)) {
    const point = { environment, id: operation.slice(prefix.length) };
    const names = await artifacts.list(artifactOf(point, MANIFEST).operation);
    if (!needed.has(point.id) && !names.includes(MANIFEST)) found.push({ ...point, sizeBytes: 0, why: 'incomplete' });
  }
  return found;
}
