import type { CloneStage } from '../../contracts/clone.js';
import type { ArtifactStore } from '../artifacts/store.js';
import { operationArtifact, readLinesIfThere } from './operation-artifacts.js';

/** What one attempt of an activity took. */
export interface ActivityMeasure {
  activity: string;
  stage: CloneStage;
  /** ISO 8601, UTC. */
  startedAt: string;
  wallMs: number;
  /** Of the worker's process: its share while other activities ran there too. */
  cpuMs: number;
}

export async function appendMeasure(
  artifacts: ArtifactStore,
  operation: string,
  measure: ActivityMeasure,
): Promise<void> {
  await artifacts.append(operationArtifact(operation, 'measures'), JSON.stringify(measure));
}

export interface StageMeasure {
  stage: CloneStage;
  /** From the first activity's start to the last one's end. */
  wallMs: number;
  cpuMs: number;
}

/** By stage, in the order they began. Attempts that failed count: they took their time. */
export async function readStageMeasures(artifacts: ArtifactStore, operation: string): Promise<StageMeasure[]> {
  const measures = await readLinesIfThere<ActivityMeasure>(artifacts, operationArtifact(operation, 'measures'));
  const stages = new Map<CloneStage, StageMeasure & { startMs: number }>();
  for (const { stage, startedAt, wallMs, cpuMs } of measures.sort(byStart)) {
    const startMs = Date.parse(startedAt);
    const sum = stages.get(stage) ?? { stage, startMs, wallMs: 0, cpuMs: 0 };
    sum.wallMs = Math.max(sum.wallMs, startMs + wallMs - sum.startMs);
    sum.cpuMs += cpuMs;
    stages.set(stage, sum);
  }
  return [...stages.values()].map(({ startMs: _, ...sum }) => sum);
}

function byStart(a: ActivityMeasure, b: ActivityMeasure): number {
  return Date.parse(a.startedAt) - Date.parse(b.startedAt);
}
