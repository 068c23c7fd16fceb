import type { ArtifactRef } from '../../contracts/artifacts.js';
import { DataError } from '../../contracts/errors.js';
import type { ArtifactStore } from '../artifacts/store.js';

/** What an operation leaves behind, by name. */
export const OPERATION_ARTIFACTS = {
  /** ClonePlan */
  plan: 'plan.json',
  /** TableTotals[]: what the copy measured. */
  totals: 'totals.json',
  /** PlannedMasking: what masking is made of, and what the source's statistics say before it. */
  plannedMasking: 'planned-masking.json',
  /** MaskingReport */
  masking: 'masking.json',
  /** VerifiedCopy: what the copy's snapshot and the target were compared by, when the clone was asked for it. */
  verification: 'verification.json',
  /** ValidationResult */
  validation: 'validation.json',
  /** RollbackChanges: of parts, written before they are there for others. */
  changes: 'changes.json',
  /** RollbackReport */
  rollback: 'rollback.json',
  /** OperationOutcome */
  outcome: 'outcome.json',
  /** One CloneEvent a line. */
  events: 'events.jsonl',
  /** One ActivityMeasure a line. */
  measures: 'measures.jsonl',
  /** OperationReport */
  report: 'report.json',
} as const;

export type OperationArtifact = keyof typeof OPERATION_ARTIFACTS;

export function operationArtifact(operation: string, artifact: OperationArtifact): ArtifactRef {
  return { operation, name: OPERATION_ARTIFACTS[artifact] };
}

/** What an operation left, or `undefined` when it did not come so far. */
export async function readIfThere<Value>(artifacts: ArtifactStore, ref: ArtifactRef): Promise<Value | undefined> {
  return unlessMissing(artifacts.readJson<Value>(ref));
}

/** One value a line. A worker that died may have left half a line. */
export async function readLinesIfThere<Value>(artifacts: ArtifactStore, ref: ArtifactRef): Promise<Value[]> {
  const text = (await unlessMissing(artifacts.readText(ref))) ?? '';
  return text.split('\n').flatMap((line) => {
    try {
      return line ? [JSON.parse(line) as Value] : [];
    } catch {
      return [];
    }
  });
}

async function unlessMissing<Value>(reading: Promise<Value>): Promise<Value | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof DataError && error.code === 'ARTIFACT_MISSING') return undefined;
    throw error;
  }
}
