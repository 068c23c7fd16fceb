import type { Client, WorkflowExecutionDescription } from '@temporalio/client';
import { defaultPayloadConverter, fromPayloadsAtIndex } from '@temporalio/common';
import type { CopyHeartbeat } from '../contracts/clone.js';

/** What the copying activities of an operation said last: of its own workflow's, and of those of the workflows it started. */
export async function readRunningCopies(
  client: Client,
  { raw }: Pick<WorkflowExecutionDescription, 'raw'>,
): Promise<CopyHeartbeat[]> {
  const children = await Promise.all(
    (raw.pendingChildren ?? []).map(({ workflowId }) => describeChild(client, workflowId ?? '')),
  );
  return [raw, ...children]
    .flatMap((description) => description?.pendingActivities ?? [])
    .map(({ heartbeatDetails }) => decode(heartbeatDetails?.payloads))
    .filter(isCopyHeartbeat)
    .sort((a, b) => a.unit - b.unit);
}

/** One that has just ended is no longer there to be asked. */
async function describeChild(client: Client, workflowId: string) {
  return client.workflow
    .getHandle(workflowId)
    .describe()
    .then(
      ({ raw }) => raw,
      () => undefined,
    );
}

type Payloads = Parameters<typeof fromPayloadsAtIndex>[2];

/** `undefined` for an activity that has said nothing yet, and for what another converter wrote. */
function decode(payloads: Payloads): unknown {
  if (!payloads?.length) return undefined;
  try {
    return fromPayloadsAtIndex<unknown>(defaultPayloadConverter, 0, payloads);
  } catch {
    return undefined;
  }
}

/** Other activities put other things into their heartbeats. */
function isCopyHeartbeat(details: unknown): details is CopyHeartbeat {
  if (typeof details !== 'object' || details === null) return false;
  const { unit, table, rows, bytes } = details as Partial<Record<keyof CopyHeartbeat, unknown>>;
  return [unit, rows, bytes].every((count) => typeof count === 'number') && typeof table === 'string';
}
