import type { Client, WorkflowExecutionDescription, WorkflowHandle } from '@temporalio/client';
import { defaultPayloadConverter, fromPayloadsAtIndex } from '@temporalio/common';
import type { CopyHeartbeat, CopyProgress } from '../contracts/clone.js';
import { COPY_PROGRESS_QUERY } from '../contracts/workflows.js';

export interface RunningCopies {
  /** What the workflow that copies says itself: newer than what it told its parent. */
  copy?: CopyProgress;
  /** The last heartbeats of the copying activities. */
  running: CopyHeartbeat[];
}

/** How the copy of an operation goes, asked of its own workflow's activities and of the workflows it started. */
export async function readRunningCopies(
  client: Client,
  { raw }: Pick<WorkflowExecutionDescription, 'raw'>,
): Promise<RunningCopies> {
  const children = await Promise.all(
    (raw.pendingChildren ?? []).map(({ workflowId }) => askChild(client.workflow.getHandle(workflowId ?? ''))),
  );
  const copy = children.find((child) => child.copy)?.copy;
  const running = [raw, ...children.map((child) => child.raw)]
    .flatMap((description) => description?.pendingActivities ?? [])
    .map(({ heartbeatDetails }) => decode(heartbeatDetails?.payloads))
    .filter(isCopyHeartbeat)
    .sort((a, b) => a.unit - b.unit);
  return { ...(copy && { copy }), running };
}

/** One that has just ended is no longer there to be asked. */
async function askChild(child: WorkflowHandle) {
  const copy = await child.query<CopyProgress>(COPY_PROGRESS_QUERY).catch(() => undefined);
  const description = await child.describe().catch(() => undefined);
  return { copy, raw: description?.raw };
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
