import { ApplicationFailure, CancelledFailure, Context } from '@temporalio/activity';
import { failureFields } from './failure-fields.js';

const HEARTBEAT_MS = 3_000;

export interface ActivityScope {
  /** Aborted when the activity is cancelled or its worker shuts down. */
  signal: AbortSignal;
  /** Progress for the next heartbeat. */
  progress(details: unknown): void;
}

/** Around one call into the engine: heartbeats while it runs, cancellation as a signal, errors as coded failures. */
export async function adapt<Result>(work: (scope: ActivityScope) => Promise<Result>): Promise<Result> {
  const context = Context.current();
  let details: unknown;
  const beat = setInterval(() => context.heartbeat(details), HEARTBEAT_MS);
  try {
    context.heartbeat();
    return await work({
      signal: context.cancellationSignal,
      progress: (next) => {
        details = next;
      },
    });
  } catch (error) {
    throw context.cancellationSignal.aborted ? asInterruption(context) : asFailure(error);
  } finally {
    clearInterval(beat);
  }
}

/** Cancelled by the workflow; otherwise the worker goes, and another one shall try again. */
function asInterruption({ cancellationDetails, info }: Context): Error {
  if (cancellationDetails?.cancelRequested) return new CancelledFailure(`${info.activityType} was cancelled`);
  return ApplicationFailure.create({ type: 'WORKER_SHUTDOWN', message: 'the worker shut down' });
}

/** The failure a workflow sees: its type is the code. */
export function asFailure(error: unknown): ApplicationFailure {
  return error instanceof ApplicationFailure ? error : ApplicationFailure.create(failureFields(error));
}
