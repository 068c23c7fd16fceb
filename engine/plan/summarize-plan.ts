import type { ArtifactRef } from '../../contracts/artifacts.js';
import { type ClonePlan, type PlanSummary, plannedTables } from '../../contracts/plan.js';
import { relationLabel } from '../../contracts/relations.js';

/** What workflow code needs of a plan: small, and without rules. */
export function summarizePlan(
  { units, lanes, warnings, restorePoint, restorePointReason }: ClonePlan,
  plan: ArtifactRef,
): PlanSummary {
  return {
    plan,
    lanes,
    units: units.map(({ tables, sizeBytes }) => ({ tables: tables.map(relationLabel), sizeBytes })),
    tables: plannedTables({ units }).length,
    sizeBytes: units.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    warnings,
    restorePoint,
    ...(restorePointReason !== undefined && { restorePointReason }),
  };
}
