import { ERROR_CODES } from '../contracts/error-codes.js';
import { EnvcloneError } from '../contracts/errors.js';
import { describePostgresError, isConnectionLoss } from '../engine/postgres/errors.js';

/** What Temporal shall know of an error: plain data, nothing in it quotes a row. */
export interface FailureFields {
  /** The error's code. */
  type: string;
  message: string;
  nonRetryable?: boolean;
  details?: Record<string, unknown>[];
}

export function failureFields(error: unknown): FailureFields {
  if (error instanceof EnvcloneError) {
    const { code, category, message, next, details } = error;
    const nonRetryable = !ERROR_CODES[code].retry;
    return { type: code, message, nonRetryable, details: [{ category, next, ...details }] };
  }
  const message = describePostgresError(error);
  return { type: isConnectionLoss(error) ? 'CONNECTION_FAILED' : 'UNKNOWN', message };
}
