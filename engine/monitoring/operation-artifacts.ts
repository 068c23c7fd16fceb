import type { ArtifactRef } from '../../contracts/artifacts.js';
import { DataError } from '../../contracts/errors.js';
import type { ArtifactStore } from '../artifacts/store.js';

/** What an operation leaves behind, by name. */
export const OPERATION_ARTIFACTS = {
  /** ClonePlan */
  plan: 'plan.json',
  /** TableTotals[]: what the copy measured. */
  totals: 'totals.json',
  /** ValidationResult */
  validation: 'validation.json',
  /** OperationOutcome */
  outcome: 'outcome.json',
  /** One CloneEvent a line. */
  events: 'events.jsonl',
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

export async function readTextIfThere(artifacts: ArtifactStore, ref: ArtifactRef): Promise<string> {
  return (await unlessMissing(artifacts.readText(ref))) ?? '';
}

async function unlessMissing<Value>(reading: Promise<Value>): Promise<Value | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof DataError && error.code === 'ARTIFACT_MISSING') return undefined;
    throw error;
  }
}
