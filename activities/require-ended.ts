import { Context } from '@temporalio/activity';
import { WorkflowNotFoundError } from '@temporalio/common';
import { SafetyError } from '../contracts/errors.js';

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

interface Candidate {
  workflowId: string;
  /** What its run's id begins with. */
  run: string;
}

/** An operation's id is the workflow's, with the beginning of the run's behind it where the workflow's may be used again. */
function workflowsOf(operation: string): Candidate[] {
  const [, workflowId, run] = /^(.+)-([0-9a-f]{8})$/.exec(operation) ?? [];
  return [{ workflowId: operation, run: '' }, ...(workflowId && run ? [{ workflowId, run }] : [])];
}

async function isRunning({ workflowId, run }: Candidate): Promise<boolean> {
  try {
    const { runId, closeTime } = await Context.current().client.workflow.getHandle(workflowId).describe();
    return closeTime === undefined && runId.startsWith(run);
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false;
    throw error;
  }
}
