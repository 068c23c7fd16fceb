import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { createEnvironmentCloner, type EnvironmentCloner } from '../../../client/environment-cloner.js';
import { OperationFailedError } from '../../../client/operation-errors.js';
import type { CloneOperation, OperationFailure } from '../../../contracts/clone.js';
import type { ResolveInput } from '../../../contracts/recovery.js';
import { RESOLVE_UPDATE } from '../../../contracts/workflows.js';
import { openDesk } from '../../../worker/desk.js';

export type Ended = { /** How often it waited for a person. */ waited: number } & (
  | { status: 'completed' }
  | { status: 'failed'; code: OperationFailure['code']; target: OperationFailure['target']; message: string }
);

/** What a person does with clones, from a process that outlives Temporal's restarts. */
export interface Clones {
  writeRules(directory: string): Promise<void>;
  start(): Promise<Clone>;
  /** Returns the target to what it was before that operation, or to the newest restore point. */
  rollback(operationId?: string): Promise<Ended>;
  close(): Promise<void>;
}

export interface Clone {
  operationId: string;
  /** `undefined` while nobody can be asked. */
  progress(): Promise<CloneOperation | undefined>;
  isOver(): Promise<boolean>;
  cancel(): Promise<void>;
  terminate(): Promise<void>;
  /** The process id of the worker whose activity holds the snapshot. */
  snapshotHolder(): Promise<number | undefined>;
  /** An operation that waits for a person is told to try again, once `healed`. */
  ended(healed?: Promise<void>): Promise<Ended>;
}

const CLONE = { source: 'production', target: 'test', confirm: 'test' };

export async function openClones({ address }: { address: string }): Promise<Clones> {
  const connection = await Connection.connect({ address });
  const client = new Client({ connection });
  const cloner = await createEnvironmentCloner({ connection });
  return {
    async writeRules(directory) {
      const desk = await openDesk(directory);
      await desk.rules('production', { write: true, undecided: 'mask', sample: false });
    },
    start: async () => cloneOf(client, await cloner.startClone(CLONE)),
    async rollback(operationId) {
      const point = operationId ? { restorePoint: operationId } : {};
      return endOf(client, await cloner.startRollback({ environment: 'test', confirm: 'test', ...point }));
    },
    close: () => connection.close(),
  };
}

type Started = Awaited<ReturnType<EnvironmentCloner['startClone' | 'startRollback']>>;

function cloneOf(client: Client, started: Started): Clone {
  const { operationId } = started;
  const handle = client.workflow.getHandle(operationId);
  const describe = () => handle.describe().catch(() => undefined);
  return {
    operationId,
    progress: () => started.progress().catch(() => undefined),
    isOver: async () => (await describe())?.closeTime !== undefined,
    cancel: () => started.cancel(),
    async terminate() {
      await handle.terminate();
    },
    async snapshotHolder() {
      const { raw } = (await describe()) ?? {};
      const holding = raw?.pendingActivities?.find(({ activityType }) => activityType?.name === 'holdSnapshot');
      return holding?.lastWorkerIdentity ? Number.parseInt(holding.lastWorkerIdentity, 10) : undefined;
    },
    ended: (healed) => endOf(client, started, healed),
  };
}

/** Asks until the server says that it is over: a server that is away answers later. */
async function endOf(client: Client, started: Started, healed = Promise.resolve()): Promise<Ended> {
  const handle = client.workflow.getHandle(started.operationId);
  let waited = 0;
  while (!(await handle.describe().catch(() => undefined))?.closeTime) {
    const operation = await started.progress().catch(() => undefined);
    if (operation?.status === 'waiting') {
      await healed;
      waited++;
      await handle.executeUpdate(RESOLVE_UPDATE, { args: [{ choice: 'retry' } satisfies ResolveInput] });
    }
    await sleep(200);
  }
  try {
    await started.result();
    return { status: 'completed', waited };
  } catch (error) {
    if (!(error instanceof OperationFailedError)) throw error;
    const { code, target, message } = error;
    return { status: 'failed', code, target, message, waited };
  }
}
