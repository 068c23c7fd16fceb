import { type CodeOf, ERROR_CODES, type ErrorCategory, type ErrorCode } from './error-codes.js';

export interface ErrorOptionsWithNext {
  /** What to do next, when it is more precise than what the code says. */
  next?: string;
  /** Facts for `--json` and the report: names and counts, never a row's value. */
  details?: Record<string, unknown>;
  cause?: unknown;
}

/** A failure with a stable code. Its message may be shown to anybody: no secret and no row's value is in it. */
export abstract class EnvcloneError extends Error {
  abstract readonly category: ErrorCategory;
  readonly next: string;
  readonly details: Record<string, unknown>;

  constructor(
    readonly code: ErrorCode,
    message: string,
    { next, details = {}, cause }: ErrorOptionsWithNext = {},
  ) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = new.target.name;
    this.next = next ?? ERROR_CODES[code].next;
    this.details = details;
  }
}

/** A server could not be reached or refused the connection. */
export class ConnectionError extends EnvcloneError {
  readonly category = 'connection';
  constructor(code: CodeOf<'connection'>, message: string, options?: ErrorOptionsWithNext) {
    super(code, message, options);
  }
}

/** A schema could not be read, planned or applied. */
export class SchemaError extends EnvcloneError {
  readonly category = 'schema';
  constructor(code: CodeOf<'schema'>, message: string, options?: ErrorOptionsWithNext) {
    super(code, message, options);
  }
}

/** Rows could not be copied, masked, archived or restored. */
export class DataError extends EnvcloneError {
  readonly category = 'data';
  constructor(code: CodeOf<'data'>, message: string, options?: ErrorOptionsWithNext) {
    super(code, message, options);
  }
}

/** The clone is not what it has to be. */
export class ValidationFailedError extends EnvcloneError {
  readonly category = 'validation';
  constructor(message: string, options?: ErrorOptionsWithNext) {
    super('VALIDATION_FAILED', message, options);
  }
}

/** Configuration, rules or input have mistakes. Nothing was touched. */
export class ConfigurationError extends EnvcloneError {
  readonly category = 'configuration';
  constructor(code: CodeOf<'configuration'>, message: string, options?: ErrorOptionsWithNext) {
    super(code, message, options);
  }
}

/** A safety rule refused. Nothing was touched. */
export class SafetyError extends EnvcloneError {
  readonly category = 'safety';
  constructor(code: CodeOf<'safety'>, message: string, options?: ErrorOptionsWithNext) {
    super(code, message, options);
  }
}
