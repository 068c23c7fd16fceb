import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import type { CloneOperation } from '../contracts/clone.js';
import { PROGRESS_QUERY } from '../contracts/workflows.js';
import { createLiveProgress } from './live-progress.js';
import { readRunningCopies } from './running-copies.js';

/** Looks at one operation; each look tells its rate from those before. */
export interface OperationView {
  /** `operation` is absent when its workflow could not be asked. */
  look(): Promise<{ operation?: CloneOperation; isRunning: boolean }>;
}

export function viewOperation(client: Client, operationId: string): OperationView {
  const handle = client.workflow.getHandle(operationId);
  const live = createLiveProgress();
  return {
    async look() {
      // Asked in this order: after the end, the workflow's answer is the last one.
      const description = await handle.describe();
      const isRunning = description.status.name === 'RUNNING';
      const operation = await handle.query<CloneOperation>(PROGRESS_QUERY).catch(() => undefined);
      if (!operation) return { isRunning };
      if (!isRunning || operation.stage !== 'copy') return { operation, isRunning };
      const { running, ...copy } = await readRunningCopies(client, description);
      return { operation: live.merge({ ...operation, ...copy }, running), isRunning };
    },
  };
}

const WATCH_MS = 700;

/** The operation as it goes, until it has ended. */
export async function* watchOperation(client: Client, operationId: string): AsyncGenerator<CloneOperation> {
  const view = viewOperation(client, operationId);
  for (;;) {
    const { operation, isRunning } = await view.look();
    if (operation) yield operation;
    if (!isRunning) return;
    await sleep(WATCH_MS);
  }
}
