import { ApplicationFailure, CancelledFailure, Context } from '@temporalio/activity';
import { ERROR_CODES } from '../contracts/error-codes.js';
import { EnvcloneError } from '../contracts/errors.js';
import { describePostgresError, isConnectionLoss } from '../engine/postgres/errors.js';

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

/** The failure a workflow sees: its type is the code; nothing in it quotes a row. */
export function asFailure(error: unknown): ApplicationFailure {
  if (error instanceof ApplicationFailure) return error;
  if (error instanceof EnvcloneError) {
    const { code, category, message, next, details } = error;
    const nonRetryable = !ERROR_CODES[code].retry;
    return ApplicationFailure.create({ type: code, message, nonRetryable, details: [{ category, next, ...details }] });
  }
  if (isConnectionLoss(error)) {
    return ApplicationFailure.create({ type: 'CONNECTION_FAILED', message: describePostgresError(error) });
  }
  return ApplicationFailure.create({ type: 'UNKNOWN', message: describePostgresError(error) });
}
