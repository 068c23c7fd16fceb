import { type Client, WorkflowUpdateFailedError } from '@temporalio/client';
import { WorkflowNotFoundError } from '@temporalio/common';
import type { CloneOperation } from '../contracts/clone.js';
import { ConfigurationError } from '../contracts/errors.js';
import { workflowsOf } from '../contracts/operation-ids.js';
import type { ResolveInput } from '../contracts/recovery.js';
import { RESOLVE_UPDATE } from '../contracts/workflows.js';

/** Answers an operation that waits for a person. @throws ConfigurationError `RESOLUTION_REFUSED`; nothing was changed then */
export async function resolveOperation(
  client: Client,
  operationId: string,
  input: ResolveInput,
): Promise<CloneOperation> {
  for (const { workflowId } of workflowsOf(operationId)) {
    try {
      return await client.workflow
        .getHandle(workflowId)
        .executeUpdate<CloneOperation, [ResolveInput]>(RESOLVE_UPDATE, { args: [input] });
    } catch (error) {
      if (error instanceof WorkflowUpdateFailedError) throw refused(error.cause?.message ?? error.message, error);
      if (!(error instanceof WorkflowNotFoundError)) throw error;
    }
  }
  throw refused(`no operation ${operationId} runs`);
}

function refused(message: string, cause?: unknown): ConfigurationError {
  return new ConfigurationError('RESOLUTION_REFUSED', message, { cause });
}
