/** Every error of this package. `code` is stable; messages never hold a credential or a request's value. */
export class SwitcherError extends Error {
  constructor(
    readonly code: SwitcherErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = new.target.name;
  }
}

export type SwitcherErrorCode =
  | 'CONFIGURATION_INVALID'
  | 'NO_REQUEST'
  | 'ENVIRONMENT_UNKNOWN'
  | 'ENVIRONMENT_SWITCHED'
  | 'IDENTITY_MISMATCH'
  | 'DATABASE_UNAVAILABLE'
  | 'POOL_EXHAUSTED'
  | 'SCHEMA_MISMATCH'
  | 'TRANSACTION_OVER'
  | 'TRANSACTION_ROLLED_BACK';

/** Thrown by `createSwitcher`: every mistake of the configuration, a line each. */
export class ConfigurationError extends SwitcherError {
  constructor(readonly problems: readonly string[]) {
    super('CONFIGURATION_INVALID', ['The configuration of the switcher cannot be used:', ...problems].join('\n  '));
  }
}

/** Thrown when something asks for the current environment where there is no request. */
export class NoRequestError extends SwitcherError {
  constructor() {
    super(
      'NO_REQUEST',
      'There is no request here, so no environment was chosen. Name one: getEntityManager("dev"), or run this inside the middleware.',
    );
  }
}

/** Thrown for a name that the configuration does not have. */
export class UnknownEnvironmentError extends SwitcherError {
  constructor(known: readonly string[]) {
    super('ENVIRONMENT_UNKNOWN', `There is no such environment. The configuration has ${known.join(', ')}.`);
  }
}

/** Thrown when a request or a transaction asks for another environment than its own. */
export class EnvironmentSwitchedError extends SwitcherError {
  constructor(current: string, asked: string) {
    super(
      'ENVIRONMENT_SWITCHED',
      `This request uses ${current} and asked for ${asked}. One request has one environment: send another request.`,
    );
  }
}

/** Thrown when a database says it is another environment. Nothing was read or written. */
export class IdentityMismatchError extends SwitcherError {
  constructor(environment: string, database: string, said: string | null) {
    const says = said === null ? 'does not say which environment it is' : `says it is ${said}`;
    super(
      'IDENTITY_MISMATCH',
      `database ${database} ${says}, and ${environment} was expected. If it is the right one: alter database "${database}" set "envclone.environment" = '${environment}'`,
    );
  }
}

/** Thrown when a connection cannot be had; the cause is pg's error. */
export class DatabaseUnavailableError extends SwitcherError {
  constructor(environment: string, options?: ErrorOptions) {
    super('DATABASE_UNAVAILABLE', `The database of ${environment} is not available.`, options);
  }
}

/** Thrown when every connection of a pool stayed taken. The database itself may be well: raise `max`, or look for a client that is not released. */
export class PoolExhaustedError extends SwitcherError {
  constructor(environment: string, max: number) {
    super('POOL_EXHAUSTED', `All ${max} connections of ${environment} are taken, and none came back in time.`);
  }
}

/** Thrown for a statement that failed because this database lacks what the default one has; the cause is PostgreSQL's error. */
export class SchemaMismatchError extends SwitcherError {
  constructor(environment: string, missing: readonly string[], options?: ErrorOptions) {
    const listed = missing.slice(0, 10).join(', ');
    super('SCHEMA_MISMATCH', `The database of ${environment} has another schema: it lacks ${listed}.`, options);
  }
}

/** Thrown for a statement that comes when its transaction has ended: nothing waited for it. It was not run. */
export class TransactionOverError extends SwitcherError {
  constructor() {
    super(
      'TRANSACTION_OVER',
      'This transaction has ended, and the statement was not run. Await everything that belongs to a transaction inside it.',
    );
  }
}

/** Thrown when a transaction cannot be committed because a statement of it failed and the failure was not passed on. Nothing of it was written. */
export class TransactionRolledBackError extends SwitcherError {
  constructor() {
    super(
      'TRANSACTION_ROLLED_BACK',
      'A statement of this transaction failed before its end, so PostgreSQL rolled all of it back. Use a nested withTransaction for what may fail.',
    );
  }
}
