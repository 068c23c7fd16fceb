import type { SchemaDifference } from '../../contracts/schema.js';
import type { CheckContext, CheckOutcome } from './check.js';

const LISTED = 50;

/** The target's schema equals the source's: one error for each difference, the first fifty by name. */
export async function checkSchema({ expected }: CheckContext): Promise<CheckOutcome> {
  const differences = expected?.schemaDiff.differences ?? [];
  const errors: CheckOutcome['errors'] = differences.slice(0, LISTED).map((difference) => ({
    code: 'VALIDATION_FAILED',
    message: `${difference.kind} ${difference.name} ${CHANGES[difference.change]}`,
    object: `${difference.kind} ${difference.name}`,
  }));
  if (differences.length > LISTED) {
    errors.push({
      code: 'VALIDATION_FAILED',
      message: `${differences.length - LISTED} more differences of the schema`,
    });
  }
  return { errors, warnings: [] };
}

const CHANGES: Record<SchemaDifference['change'], string> = {
  missing: 'is missing in the target',
  unexpected: 'is in the target and not in the source',
  different: 'is not defined as in the source',
};
