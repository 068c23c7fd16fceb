import { ConnectionError, DataError, EnvcloneError, SchemaError } from '../../contracts/errors.js';

/** What a server says of a failure that is safe to repeat: `message`, `detail`, `hint` and `where` may quote rows. */
export interface PostgresCondition {
  sqlstate: string;
  schema?: string;
  table?: string;
  column?: string;
  constraint?: string;
  dataType?: string;
}

interface PostgresErrorFields {
  code: string;
  message: string;
  schema?: string;
  table?: string;
  column?: string;
  constraint?: string;
  dataType?: string;
}

/** Error classes whose message names objects and settings only. Data exceptions (22) and violations (23) quote rows; raised exceptions (P0) say anything. */
const SAFE_MESSAGE_CLASSES = new Set([
  '08',
  '0A',
  '25',
  '26',
  '28',
  '2B',
  '34',
  '3D',
  '3F',
  '40',
  '42',
  '53',
  '54',
  '55',
  '57',
  '58',
]);

const VIOLATIONS: Record<string, string> = {
  '23502': 'a NOT NULL constraint is broken',
  '23503': 'a foreign key is broken',
  '23505': 'a unique constraint is broken',
  '23514': 'a CHECK constraint is broken',
  '23P01': 'an exclusion constraint is broken',
  '22001': 'a value is too long for its column',
  '22003': 'a number is out of range',
  '22P02': 'a value is not valid for its type',
  '22021': 'a character is not valid in the encoding',
};

const NETWORK_ERRORS = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EPIPE',
  'EAI_AGAIN',
]);

const AUTHENTICATION_STATES = new Set(['28000', '28P01']);

/** The server's error fields, or `undefined` when the error is not one that a server sent. */
export function postgresFields(error: unknown): PostgresErrorFields | undefined {
  if (!(error instanceof Error) || !('code' in error) || !('severity' in error)) return undefined;
  return error as Error & PostgresErrorFields;
}

/** `unique constraint "x" is broken (23505, table public.t)`: what happened, without anything that a row held. */
export function describePostgresError(error: unknown): string {
  const fields = postgresFields(error);
  if (!fields) return error instanceof Error ? error.message : 'unknown failure';
  const place = [
    fields.table && `table ${fields.schema ?? ''}.${fields.table}`,
    fields.column && `column ${fields.column}`,
    fields.constraint && `constraint ${fields.constraint}`,
    fields.dataType && `type ${fields.dataType}`,
  ].filter(Boolean);
  const what = SAFE_MESSAGE_CLASSES.has(fields.code.slice(0, 2))
    ? fields.message
    : (VIOLATIONS[fields.code] ?? 'the server refused it');
  return `${what} (${[fields.code, ...place].join(', ')})`;
}

export interface FailureContext {
  /** What was being done, as the start of a sentence: `copying public.profiles`. */
  doing: string;
  environment: string;
  /** The code when the server's own does not decide. */
  otherwise: 'COPY_FAILED' | 'SCHEMA_STATEMENT_FAILED' | 'SCHEMA_UNREADABLE' | 'CONNECTION_FAILED';
  /** What the server does not say of the cause, as the end of the sentence. */
  because?: string;
}

/** Turns what pg and the socket throw into a coded error without personal data. An EnvcloneError passes as it is. */
export function translatePostgresError(
  error: unknown,
  { doing, environment, otherwise, because }: FailureContext,
): EnvcloneError {
  if (error instanceof EnvcloneError) return error;
  const reason = describePostgresError(error);
  const message = `${doing} (${environment}): ${because ? `${reason}: ${because}` : reason}`;
  const fields = postgresFields(error);
  const details = fields ? { condition: conditionOf(fields) } : {};
  if (isConnectionLoss(error)) return new ConnectionError('CONNECTION_FAILED', message, { details });
  if (fields && AUTHENTICATION_STATES.has(fields.code))
    return new ConnectionError('AUTHENTICATION_FAILED', message, { details });
  if (fields?.code.startsWith('23')) return new DataError('CONSTRAINT_VIOLATED', message, { details });
  // What a role may not do with the schema, it never might; rows it could read and write when the operation began.
  if (fields?.code === INSUFFICIENT_PRIVILEGE && otherwise === 'COPY_FAILED')
    return new DataError('PRIVILEGE_MISSING', message, { details });
  if (fields?.code === '53100') return new DataError('DISK_FULL', message, { details });
  switch (otherwise) {
    case 'COPY_FAILED':
      return new DataError('COPY_FAILED', message, { details });
    case 'CONNECTION_FAILED':
      return new ConnectionError('CONNECTION_FAILED', message, { details });
    default:
      return new SchemaError(otherwise, message, { details });
  }
}

const INSUFFICIENT_PRIVILEGE = '42501';

/** The connection is gone or never was: refused, reset, terminated by an administrator, server starting or stopping. */
export function isConnectionLoss(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = 'code' in error ? String(error.code) : '';
  if (NETWORK_ERRORS.has(code) || code.startsWith('08') || ['57P01', '57P02', '57P03', '53300'].includes(code))
    return true;
  return /Connection terminated|connection ended|timeout expired|Client has encountered a connection error/i.test(
    error.message,
  );
}

function conditionOf(fields: PostgresErrorFields): PostgresCondition {
  const { code, schema, table, column, constraint, dataType } = fields;
  return {
    sqlstate: code,
    ...(schema && { schema }),
    ...(table && { table }),
    ...(column && { column }),
    ...(constraint && { constraint }),
    ...(dataType && { dataType }),
  };
}

const INVALID_CATALOG_NAME = '3D000';

/** Of a translated error: the server is there, and has no database of that name. */
export function isMissingDatabase(error: unknown): boolean {
  return sqlStateOf(error) === INVALID_CATALOG_NAME;
}

/** What the server said of a translated error, when it was the server that refused. */
export function sqlStateOf(error: unknown): string | undefined {
  const condition = error instanceof EnvcloneError ? error.details.condition : undefined;
  if (typeof condition !== 'object' || condition === null || !('sqlstate' in condition)) return undefined;
  return String(condition.sqlstate);
}
