import type { OperationFailure } from '../contracts/clone.js';
import { ERROR_CODES, type ErrorCategory } from '../contracts/error-codes.js';
import type { Intervention } from '../contracts/recovery.js';

/** An operation ended without its result. `target` says what the target is now. */
export class OperationFailedError extends Error {
  readonly code: OperationFailure['code'];
  readonly category: ErrorCategory | undefined;
  readonly next: string | undefined;
  readonly target: OperationFailure['target'];

  constructor({ code, message, next, target }: OperationFailure, cause?: unknown) {
    super(message, { cause });
    this.name = 'OperationFailedError';
    this.code = code;
    this.category = code in ERROR_CODES ? ERROR_CODES[code as keyof typeof ERROR_CODES].category : undefined;
    this.next = next;
    this.target = target;
  }
}

/** An operation waits for a person, and nobody is there to be told. It goes on, once it is answered. */
export class OperationWaitsError extends Error {
  constructor(
    readonly operationId: string,
    readonly intervention: Intervention,
  ) {
    super(intervention.message);
    this.name = 'OperationWaitsError';
  }
}
