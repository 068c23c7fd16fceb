import { ERROR_CODES, type ErrorCode } from '../../contracts/error-codes.js';
import { type ConnectionError, type DataError, EnvcloneError, type SchemaError } from '../../contracts/errors.js';
import { isConnectionLoss } from '../postgres/errors.js';

/** `skip` is a person's choice: leaving something out by itself would end in a clone that is neither whole nor undone. */
export type RecoveryAction = 'retry' | 'skip' | 'rollback' | 'manual_intervention';

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

/** What helps against a failure: trying again, undoing, or a person. */
export function recoveryActionFor(error: unknown): RecoveryAction {
  if (!(error instanceof EnvcloneError)) return isConnectionLoss(error) ? 'retry' : 'rollback';
  const { category, retry } = ERROR_CODES[error.code];
  if (retry) return 'retry';
  if (BEYOND_UNDOING.has(error.code)) return 'manual_intervention';
  return BY_CATEGORY[category];
}

/** What the undo itself needs is not there. */
const BEYOND_UNDOING: ReadonlySet<ErrorCode> = new Set([
  'RESTORE_POINT_MISSING',
  'RESTORE_POINT_DAMAGED',
  'ARTIFACT_MISSING',
]);

/** A refusal touched nothing, and neither a retry nor an undo changes what a person has to correct. */
const BY_CATEGORY = {
  connection: 'manual_intervention',
  configuration: 'manual_intervention',
  safety: 'manual_intervention',
  schema: 'rollback',
  data: 'rollback',
  validation: 'rollback',
} as const;
