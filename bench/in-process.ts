import { asyncLocalStorage, CancelledFailure, Context } from '@temporalio/activity';
import type { Client } from '@temporalio/client';
import { createBackupActivities } from '../activities/backup.js';
import { createCopyActivities, type RunUnit } from '../activities/copy.js';
import { createGuardActivities } from '../activities/guard.js';
import { createMigrateActivities } from '../activities/migrate.js';
import { createPlanActivities } from '../activities/plan.js';
import { createReportActivities } from '../activities/report.js';
import type { OpenServices } from '../activities/services.js';
import { createValidateActivities } from '../activities/validate.js';

/** Everything a worker registers, to be called without one: what is measured without Temporal is what runs with it. */
export function createActivities(open: OpenServices, runUnit: RunUnit) {
  return {
    ...createGuardActivities(open),
    ...createPlanActivities(open),
    ...createBackupActivities(open),
    ...createMigrateActivities(open),
    ...createCopyActivities(open, runUnit),
    ...createValidateActivities(open),
    ...createReportActivities(open),
  };
}

/** Runs one activity in this process, with a context as a worker gives it. */
export function runActivity<Result>(work: () => Promise<Result>): Promise<Result> {
  return inContext(work, { signal: new AbortController().signal, onSignal() {} });
}

export interface HeldActivity<Value> {
  /** What the activity signalled. */
  value: Value;
  /** Cancels it and waits for its end. */
  release(): Promise<void>;
}

/** Starts an activity that holds something until it is cancelled; settles once it has signalled its workflow. */
export async function holdActivity<Value>(work: () => Promise<void>): Promise<HeldActivity<Value>> {
  const abort = new AbortController();
  let ended: Promise<void> = Promise.resolve();
  const value = await new Promise<Value>((resolve, reject) => {
    const running = inContext(work, { signal: abort.signal, onSignal: (values) => resolve(values[0] as Value) });
    running.catch(reject);
    ended = running.catch(() => {});
  });
  return {
    value,
    async release() {
      abort.abort();
      await ended;
    },
  };
}

interface ContextInput {
  signal: AbortSignal;
  onSignal(values: unknown[]): void;
}

/** The parts of a context that activities use. */
function inContext<Result>(work: () => Promise<Result>, { signal, onSignal }: ContextInput): Promise<Result> {
  const cancelled = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(new CancelledFailure('released')), { once: true });
  });
  cancelled.catch(() => {}); // an activity that does not wait for it has not failed
  const client = {
    workflow: { getHandle: () => ({ signal: async (_name: string, ...values: unknown[]) => onSignal(values) }) },
  };
  const context = new Context(
    {
      activityType: 'bench',
      attempt: 1,
      workflowExecution: { workflowId: 'bench', runId: 'bench' },
    } as Context['info'],
    cancelled,
    signal,
    () => {},
    client as unknown as Client,
    SILENT,
    undefined as unknown as Context['metricMeter'],
    { details: { cancelRequested: true } } as ConstructorParameters<typeof Context>[7],
  );
  return asyncLocalStorage.run(context, work);
}

const ignore = () => {};
const SILENT = { log: ignore, trace: ignore, debug: ignore, info: ignore, warn: ignore, error: ignore };
