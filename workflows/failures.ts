import {
  ActivityFailure,
  ApplicationFailure,
  CancelledFailure,
  ChildWorkflowFailure,
  isCancellation,
  TimeoutFailure,
} from '@temporalio/workflow';
import type { OperationFailure } from '../contracts/clone.js';
import { ERROR_CODES, type ErrorCode } from '../contracts/error-codes.js';
import type { Undone } from './saga.js';

/** A failure as people and the SDK read it: its code, what to do next, and what the target is now. */
export function describeFailure(failure: unknown, target: OperationFailure['target']): OperationFailure {
  if (isCancellation(failure)) return { code: 'CANCELLED', message: 'The operation was cancelled.', target };
  const cause = rootFailure(failure);
  const message = cause instanceof Error ? cause.message : String(cause);
  if (!(cause instanceof ApplicationFailure) || !isErrorCode(cause.type)) return { code: 'UNKNOWN', message, target };
  return { code: cause.type, message, next: nextOf(cause) ?? ERROR_CODES[cause.type].next, target };
}

/** The failure that ends the workflow: its type is the code, its only detail the OperationFailure. */
export function asWorkflowFailure(failure: unknown, described: OperationFailure): Error {
  if (described.code === 'CANCELLED') return new CancelledFailure(described.message, [described]);
  return ApplicationFailure.create({
    type: described.code,
    message: described.message,
    nonRetryable: true,
    details: [described],
    ...(failure instanceof Error && { cause: failure }),
  });
}

/** What the target is after the compensations. */
export function targetAfter({ done, stuck }: Undone): OperationFailure['target'] {
  if (stuck?.at.undoes === 'target' || done.some(({ undoes }) => undoes === 'nothing')) return 'not restored';
  return done.some(({ undoes }) => undoes === 'target') ? 'restored' : 'untouched';
}

/** What neither trying again nor undoing helps against: a person has to. */
export function needsPerson(failure: unknown): boolean {
  const cause = rootFailure(failure);
  if (!(cause instanceof ApplicationFailure) || !isErrorCode(cause.type)) return false;
  return ERROR_CODES[cause.type].otherwise === 'manual_intervention';
}

/** The source or the worker may come back, with another snapshot; what else went wrong would go wrong again. */
export function canTakeNewSnapshot(failure: unknown): boolean {
  if (isCancellation(failure)) return false;
  const cause = rootFailure(failure);
  if (cause instanceof TimeoutFailure) return true;
  if (!(cause instanceof ApplicationFailure)) return false;
  const isHolders = failure instanceof ActivityFailure && failure.activityType === 'holdSnapshot';
  return (
    cause.type === 'SNAPSHOT_LOST' ||
    cause.type === 'WORKER_SHUTDOWN' ||
    (isHolders && cause.type === 'CONNECTION_FAILED')
  );
}

function rootFailure(failure: unknown): unknown {
  const isWrapper = failure instanceof ActivityFailure || failure instanceof ChildWorkflowFailure;
  return isWrapper && failure.cause ? rootFailure(failure.cause) : failure;
}

function isErrorCode(type: string | undefined | null): type is ErrorCode {
  return typeof type === 'string' && type in ERROR_CODES;
}

function nextOf(failure: ApplicationFailure): string | undefined {
  const [detail] = failure.details ?? [];
  return typeof detail === 'object' && detail !== null && 'next' in detail && typeof detail.next === 'string'
    ? detail.next
    : undefined;
}
