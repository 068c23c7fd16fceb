import { type EnvcloneError, SchemaError } from '../../contracts/errors.js';
import { postgresFields } from '../postgres/errors.js';

/** Whether the source has no more what was planned to be read. */
export function isGone(error: unknown): boolean {
  return GONE.has(postgresFields(error)?.code ?? '');
}

/** Undefined table, column, schema. */
const GONE = new Set(['42P01', '42703', '3F000']);

/** No other attempt undoes a change of the schema. */
export function schemaChanged({ message, details }: EnvcloneError): SchemaError {
  return new SchemaError('SOURCE_SCHEMA_CHANGED', message, { details });
}
