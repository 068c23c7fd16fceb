import { Context } from '@temporalio/activity';
import { WorkflowNotFoundError } from '@temporalio/common';
import { SafetyError } from '../contracts/errors.js';
import { type OperationWorkflow, workflowsOf } from '../contracts/operation-ids.js';

/**
 * Before what an operation left is undone: it may still run, and have lost the target's lock with the worker that had it. One that this server does
 * not know has ended long ago. @throws SafetyError `TARGET_BUSY`
 */
export async function requireEnded(operation: string, { environment }: { environment: string }): Promise<void> {
  for (const candidate of workflowsOf(operation)) {
    if (!(await isRunning(candidate))) continue;
    throw new SafetyError('TARGET_BUSY', `${environment} is being changed by ${operation}, which still runs`, {
      next: `Wait for ${operation}, or cancel it.`,
      details: { holder: operation },
    });
  }
}

async function isRunning({ workflowId, run }: OperationWorkflow): Promise<boolean> {
  try {
    const { runId, closeTime } = await Context.current().client.workflow.getHandle(workflowId).describe();
    return closeTime === undefined && runId.startsWith(run);
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false;
    throw error;
  }
}
