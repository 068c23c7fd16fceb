import type { ValidateInput } from '../contracts/clone.js';
import type { ValidationResult } from '../contracts/validation.js';
import { ddl } from './policies.js';
import { runOperation } from './run-operation.js';

/** Compares an environment with the plan it was cloned by, checks its health, and runs its test suites. Production: health alone. */
export async function validateEnvironment(input: ValidateInput): Promise<ValidationResult> {
  const environment = String(input?.environment);
  return runOperation(input, { source: environment, target: environment }, async ({ operation }) => {
    await operation.enter('validate');
    const result = await ddl.validateEnvironment({ operation: operation.id, input });
    operation.complete();
    return result;
  });
}
