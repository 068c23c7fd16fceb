import { ERROR_CODES } from '../../contracts/error-codes.js';
import { EnvcloneError } from '../../contracts/errors.js';
import { OperationFailedError, OperationWaitsError } from '../operation-errors.js';

export const EXIT = {
  done: 0,
  failed: 1,
  usage: 2,
  refused: 3,
  invalid: 4,
  operator: 5,
} as const;

/** What a command ends with. 1: failed and undone; 2: usage or configuration; 3: refused by a safety rule; 4: validation failed; 5: an operator is needed. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof OperationWaitsError) return EXIT.operator;
  if (error instanceof OperationFailedError && error.target === 'not restored') return EXIT.operator;
  const category = error instanceof OperationFailedError || error instanceof EnvcloneError ? error.category : undefined;
  switch (category) {
    case 'configuration':
      return EXIT.usage;
    case 'safety':
      return EXIT.refused;
    case 'validation':
      return EXIT.invalid;
    default:
      return EXIT.failed;
  }
}

export interface DescribedError {
  code: string;
  category?: string;
  message: string;
  next?: string;
  target?: string;
  details?: Record<string, unknown>;
}

export function describeError(error: unknown): DescribedError {
  if (error instanceof OperationFailedError) {
    const { code, category, message, next, target } = error;
    return { code, ...(category && { category }), message, ...(next && { next }), target };
  }
  if (error instanceof EnvcloneError) {
    const { code, category, message, next, details } = error;
    return { code, category, message, next: next || ERROR_CODES[code].next, details };
  }
  return { code: 'UNKNOWN', message: error instanceof Error ? error.message : String(error) };
}
