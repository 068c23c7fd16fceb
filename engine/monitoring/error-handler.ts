import { ERROR_CODES } from '../../contracts/error-codes.js';
import { type ConnectionError, type DataError, EnvcloneError, type SchemaError } from '../../contracts/errors.js';
import type { RecoveryAction } from '../../contracts/recovery.js';
import { isConnectionLoss } from '../postgres/errors.js';

export interface ErrorHandler {
  handleConnectionError(error: ConnectionError): Promise<RecoveryAction>;
  handleSchemaError(error: SchemaError): Promise<RecoveryAction>;
  handleDataError(error: DataError): Promise<RecoveryAction>;
  /** Puts the target of an operation back as it was. */
  rollbackOperation(operationId: string): Promise<void>;
}

export interface ErrorHandlerInput {
  rollback(operationId: string): Promise<void>;
}

export function createErrorHandler({ rollback }: ErrorHandlerInput): ErrorHandler {
  const handle = async (error: EnvcloneError) => recoveryActionFor(error);
  return {
    handleConnectionError: handle,
    handleSchemaError: handle,
    handleDataError: handle,
    rollbackOperation: rollback,
  };
}

/** What is done first against a failure. */
export function recoveryActionFor(error: unknown): RecoveryAction {
  if (!(error instanceof EnvcloneError)) return isConnectionLoss(error) ? 'retry' : 'rollback';
  const { retry, otherwise } = ERROR_CODES[error.code];
  return retry ? 'retry' : otherwise;
}
