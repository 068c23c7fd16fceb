import { defineQuery, executeChild, proxyActivities, setHandler, workflowInfo } from '@temporalio/workflow';
import type { CloneOperation } from '../../contracts/clone.js';
import { PROGRESS_QUERY } from '../../contracts/workflows.js';

interface Activities {
  copyUnit(unit: { unit: number; table: string }): Promise<void>;
  somethingElse(): Promise<void>;
}

const activities = proxyActivities<Activities>({ startToCloseTimeout: '1m', heartbeatTimeout: '10s' });

/** Copies one unit itself and has a child copy the other. */
export async function copying(): Promise<void> {
  const { workflowId } = workflowInfo();
  let isDone = false;
  setHandler(defineQuery<CloneOperation>(PROGRESS_QUERY), () => ({
    ...OPERATION,
    id: workflowId,
    ...(isDone && { status: 'completed', stage: 'done', progress: 100 }),
  }));
  await Promise.all([
    activities.copyUnit({ unit: 0, table: 'public.parent' }),
    activities.somethingElse(),
    executeChild(copyingChild, { workflowId: `${workflowId}/copy/1` }),
  ]);
  isDone = true;
}

export async function copyingChild(): Promise<void> {
  await activities.copyUnit({ unit: 1, table: 'public.child' });
}

const OPERATION: CloneOperation = {
  id: '',
  sourceEnvironment: 'production',
  targetEnvironment: 'test',
  status: 'in_progress',
  stage: 'copy',
  paused: false,
  progress: 18,
  startedAt: '2026-01-01T00:00:00.000Z',
  logs: [],
  statistics: {
    tablesCloned: 0,
    recordsCloned: 0,
    recordsAnonymized: 0,
    functionsCloned: 0,
    triggersCloned: 0,
    totalSizeCloned: '0 B',
    totalBytesCloned: 0,
    duration: 0,
  },
  copy: { tables: 2, doneTables: 0, sizeBytes: 100_000_000, doneBytes: 0, doneRows: 0, current: [] },
};
