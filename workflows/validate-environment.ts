import type { ValidateInput } from '../contracts/clone.js';
import type { ValidationResult } from '../contracts/validation.js';
import { trackOperation } from './operation.js';
import { ddl } from './policies.js';
import { trackRecovery } from './recovery.js';
import { reportingFailures } from './reporting.js';
import { withSaga } from './saga.js';

/** Compares an environment with the plan it was cloned by, checks its health, and runs its test suites. Production: health alone. */
export async function validateEnvironment(input: ValidateInput): Promise<ValidationResult> {
  const environment = String(input?.environment);
  const operation = trackOperation({ source: environment, target: environment });
  return withSaga(
    async () => {
      await operation.enter('validate');
      const result = await ddl.validateEnvironment({ operation: operation.id, input });
      operation.complete();
      return result;
    },
    reportingFailures(operation, trackRecovery(operation), input),
  );
}
