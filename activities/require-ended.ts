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
    if ((await stateOf(candidate)) !== 'running') continue;
    throw new SafetyError('TARGET_BUSY', `${environment} is being changed by ${operation}, which still runs`, {
      next: `Wait for ${operation}, or cancel it.`,
      details: { holder: operation },
    });
  }
}

/** Whether this server knows the operation, and that it is over. One that it does not know may run on another. */
export async function hasEnded(operation: string): Promise<boolean> {
  const states = await Promise.all(workflowsOf(operation).map(stateOf));
  return states.includes('ended') && !states.includes('running');
}

async function stateOf({ workflowId, run }: OperationWorkflow): Promise<'running' | 'ended' | 'unknown'> {
  try {
    const { runId, closeTime } = await Context.current().client.workflow.getHandle(workflowId).describe();
    if (!runId.startsWith(run)) return 'ended';
    return closeTime === undefined ? 'running' : 'ended';
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return 'unknown';
    throw error;
  }
}
