import type { SourceLimits } from '../../contracts/environments.js';
import { DataError } from '../../contracts/errors.js';

export interface SnapshotBudgetInput {
  /** Whose snapshot it is. */
  environment: string;
  limits: SourceLimits | undefined;
}

/**
 * Call it when the snapshot is taken; what it returns, at each sign of life.
 * @throws DataError `SNAPSHOT_BUDGET_SPENT`, by the function returned, once the snapshot was held for `limits.snapshotMinutes`
 */
export function snapshotBudget({ environment, limits }: SnapshotBudgetInput): () => void {
  const minutes = limits?.snapshotMinutes ?? Number.POSITIVE_INFINITY;
  const since = performance.now();
  return function requireWithinBudget() {
    if (performance.now() - since < minutes * 60_000) return;
    throw new DataError(
      'SNAPSHOT_BUDGET_SPENT',
      `the snapshot of ${environment} was held for ${minutes} min, and the copy is not done`,
      { details: { snapshotMinutes: minutes } },
    );
  };
}
