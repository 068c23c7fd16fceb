import { randomBytes } from 'node:crypto';
import { ApplicationFailure, CancelledFailure, Context } from '@temporalio/activity';
import { Client, Connection } from '@temporalio/client';
import type { History } from '@temporalio/common/lib/proto-utils.js';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { inject } from 'vitest';
import type { PlannedRestorePoint, PlanSummary } from '../../contracts/plan.js';
import { SNAPSHOT_HELD_SIGNAL, TARGET_HELD_SIGNAL } from '../../contracts/workflows.js';

Runtime.install({ logger: new DefaultLogger('ERROR'), shutdownSignals: [] });

export type ScriptedActivity = (input: never) => unknown;

export interface ScriptedWorker extends AsyncDisposable {
  client: Client;
  taskQueue: string;
  /** Activities in the order they started. */
  calls: string[];
}

/**
 * A real worker on a real server whose activities follow a script: the order of the workflow's steps is what is tested, not what the steps do.
 * An activity without a script answers at once.
 */
export async function startScriptedWorker(script: Record<string, ScriptedActivity> = {}): Promise<ScriptedWorker> {
  const address = inject('temporalAddress');
  const taskQueue = `scripted-${randomBytes(4).toString('hex')}`;
  const calls: string[] = [];
  const activities: Record<string, ScriptedActivity> = { ...ANSWERS, ...script };
  const [native, connection] = await Promise.all([
    NativeConnection.connect({ address }),
    Connection.connect({ address }),
  ]);
  const worker = await Worker.create({
    connection: native,
    taskQueue,
    workflowBundle: { codePath: inject('built').workflows },
    maxHeartbeatThrottleInterval: '200ms',
    activities: Object.fromEntries(
      Object.entries(activities).map(([name, run]) => [
        name,
        (input: never) => {
          calls.push(name);
          return run(input);
        },
      ]),
    ),
  });
  const run = worker.run();
  return {
    client: new Client({ connection }),
    taskQueue,
    calls,
    async [Symbol.asyncDispose]() {
      worker.shutdown();
      await run;
      await Promise.all([native.close(), connection.close()]);
    },
  };
}

let clones = 0;

export function startClone({ client, taskQueue }: ScriptedWorker) {
  return client.workflow.start('cloneEnvironment', {
    workflowId: `clone-test-20260102T${String(++clones).padStart(6, '0')}-${randomBytes(2).toString('hex')}`,
    taskQueue,
    args: [{ source: 'production', target: 'test', confirm: 'test' }],
  });
}

/** The history of each run of a workflow, the last one first. */
export async function runsOf(worker: ScriptedWorker, workflowId: string, runId?: string): Promise<History[]> {
  const run = await worker.client.workflow.getHandle(workflowId, runId).fetchHistory();
  const before = run.events?.[0]?.workflowExecutionStartedEventAttributes?.continuedExecutionRunId;
  return before ? [run, ...(await runsOf(worker, workflowId, before))] : [run];
}

export async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await new Promise((resolve) => setTimeout(resolve, 50));
}

/** Fails for good with a code, as activities do. */
export function failing(code: string): ScriptedActivity {
  return () => {
    throw ApplicationFailure.create({ type: code, message: `scripted ${code}`, nonRetryable: true });
  };
}

/** Runs until the workflow cancels it. */
export async function untilCancelled(): Promise<never> {
  const beat = setInterval(() => Context.current().heartbeat(), 200);
  try {
    return await Context.current().cancelled;
  } catch {
    throw new CancelledFailure('cancelled');
  } finally {
    clearInterval(beat);
  }
}

/** What the guard answers. */
export const grant = {
  operation: 'op',
  source: 'production',
  sourceType: 'production',
  target: 'test',
  confirm: 'test',
  options: {},
};

interface PlanShape {
  units: number;
  /** How many of them, from the first on, share one table. */
  unitsOfFirstTable?: number;
  historyLimit?: number;
  restorePoint?: PlannedRestorePoint;
}

/** Units of ten bytes. */
export function planOf({ units, unitsOfFirstTable = 1, ...limits }: PlanShape): PlanSummary {
  return {
    plan: { operation: 'op', name: 'plan.json' },
    units: numbers(0, units).map((unit) => ({
      tables: [`public.table${unit < unitsOfFirstTable ? 0 : unit}`],
      sizeBytes: 10,
    })),
    lanes: 4,
    ...limits,
    tables: units - unitsOfFirstTable + 1,
    sizeBytes: units * 10,
    warnings: [],
  };
}

export function numbers(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, index) => from + index);
}

const ANSWERS: Record<string, ScriptedActivity> = {
  admitClone: () => grant,
  admitRollback: () => ({ grant, point: { environment: 'test', id: 'older' } }),
  holdTarget: () => holding(TARGET_HELD_SIGNAL),
  planClone: () => planOf({ units: 2 }),
  createRestorePoint: () => undefined,
  discardRestorePoint: () => undefined,
  rebuildSchema: () => undefined,
  dropCreatedRoles: () => undefined,
  restoreTarget: () => undefined,
  prepareSwap: () => undefined,
  swapTarget: () => undefined,
  unswapTarget: () => undefined,
  dropBuilding: () => undefined,
  returnToDatabase: () => undefined,
  undoReturn: () => undefined,
  checkParts: () => undefined,
  rollBackParts: () => ({ tables: [], objects: [], kept: [] }),
  undoRollbackOfParts: () => ({ wasChanged: true }),
  holdSnapshot: ({ epoch }: { epoch: string }) => holding(SNAPSHOT_HELD_SIGNAL, { epoch, snapshot: '00000003-1' }),
  copyUnit: () => ({ tables: 1, rows: 1, bytes: 1 }),
  buildKeys: () => undefined,
  addForeignKeys: () => undefined,
  finishSchema: () => undefined,
  validateClone: () => undefined,
  completeClone: () => ({ statistics: { tablesCloned: 2 }, status: 'completed' }),
  completeRollback: () => ({ environment: 'test' }),
  validateEnvironment: () => ({ isValid: true }),
  recordFailure: () => undefined,
  recordIntervention: () => undefined,
};

async function holding(signal: string, ...values: unknown[]): Promise<void> {
  const { client, info } = Context.current();
  await client.workflow.getHandle(info.workflowExecution?.workflowId ?? '').signal(signal, ...values);
  return untilCancelled();
}
