import { WorkflowFailedError } from '@temporalio/client';
import { ApplicationFailure, CancelledFailure, TerminatedFailure } from '@temporalio/common';
import type { OperationFailure } from '../contracts/clone.js';
import { ConnectionError } from '../contracts/errors.js';
import { OperationFailedError } from './operation-errors.js';

/** What a workflow failed with, as it reads outside Temporal. Anything else passes. */
export function asOperationError(error: unknown, known?: OperationFailure): unknown {
  if (!(error instanceof WorkflowFailedError)) return error;
  const { cause } = error;
  if (cause instanceof TerminatedFailure) {
    const message = 'The operation was terminated, so nothing was undone.';
    return new OperationFailedError({ code: 'UNKNOWN', message, target: 'not restored' }, error);
  }
  const detail =
    cause instanceof ApplicationFailure || cause instanceof CancelledFailure ? cause.details?.[0] : undefined;
  if (isOperationFailure(detail)) return new OperationFailedError(detail, error);
  if (known) return new OperationFailedError(known, error);
  const code = cause instanceof CancelledFailure ? 'CANCELLED' : 'UNKNOWN';
  return new OperationFailedError({ code, message: cause?.message ?? error.message, target: 'untouched' }, error);
}

export function temporalUnavailable(address: string | undefined, cause: unknown): ConnectionError {
  const where = address ?? 'the given connection';
  return new ConnectionError('TEMPORAL_UNAVAILABLE', `Temporal does not answer at ${where}`, { cause });
}

function isOperationFailure(value: unknown): value is OperationFailure {
  return typeof value === 'object' && value !== null && 'code' in value && 'message' in value && 'target' in value;
}
