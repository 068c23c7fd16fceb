export type * from '../contracts/anonymization.js';
export type * from '../contracts/artifacts.js';
export type * from '../contracts/clone.js';
export type * from '../contracts/environments.js';
export { ERROR_CODES, type ErrorCategory, type ErrorCode } from '../contracts/error-codes.js';
export { EnvcloneError } from '../contracts/errors.js';
export type * from '../contracts/recovery.js';
export type * from '../contracts/schema.js';
export type * from '../contracts/validation.js';
export { defineConfig } from '../engine/environments/define-config.js';
export {
  createEnvironmentCloner,
  type EnvironmentCloner,
  type EnvironmentClonerInput,
  type OperationHandle,
} from './environment-cloner.js';
export { OperationFailedError } from './operation-errors.js';
