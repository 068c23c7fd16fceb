import type { PrunedRestorePoint, RestorePointSummary } from '../../contracts/backup.js';
import type { ArtifactStore } from '../artifacts/store.js';
import { artifactOf, MANIFEST, operationsOf } from './restore-point.js';
import { discardRestorePoint, listRestorePoints, newestFirst } from './restore-points.js';
import { excessPoints, type Retention } from './retention.js';

export interface KeptDatabases {
  points: readonly RestorePointSummary[];
  drop(id: string): Promise<void>;
}

export interface PruneInput {
  artifacts: ArtifactStore;
  environment: string;
  /** Restore points that are databases, for the same limits. */
  databases: KeptDatabases;
  retention: Retention;
  /** Ids that an operation is to return to. */
  needed: ReadonlySet<string>;
  /** Only says what would go. Default `false`. */
  dryRun?: boolean;
}

/** Removes what is beyond the retention, and what an interrupted archive left. No operation but the caller's may be running on the environment. */
export async function pruneRestorePoints(input: PruneInput): Promise<PrunedRestorePoint[]> {
  const { artifacts, environment, databases, dryRun = false } = input;
  const points = newestFirst([...databases.points, ...(await listRestorePoints(artifacts, environment))]);
  const excess = excessPoints({ ...input, points });
  const interrupted = await interruptedArchives(input);
  if (!dryRun) {
    for (const { point } of excess) {
      await (point.kind === 'database' ? databases.drop(point.id) : discardRestorePoint(artifacts, point));
    }
    for (const point of interrupted) await discardRestorePoint(artifacts, point);
  }
  return [...excess.map(({ point, why }) => ({ ...point, why })), ...interrupted];
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
