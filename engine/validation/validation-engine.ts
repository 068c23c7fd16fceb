import type { TestSuite } from '../../contracts/test-suites.js';
import type { HealthReport, TestResult, ValidationResult } from '../../contracts/validation.js';
import { translatePostgresError } from '../postgres/errors.js';
import type { ConfirmedTarget, ReadOnlySource } from '../safety/proofs.js';
import type { Check, CheckContext, CheckOutcome } from './check.js';
import { checkConstraints } from './constraints-check.js';
import { checkFixedValues } from './fixed-values-check.js';
import { checkForeignKeys } from './foreign-keys-check.js';
import { type HealthCheckOptions, runHealthChecks } from './health-checks.js';
import { checkIndexes } from './indexes-check.js';
import { checkLeaks } from './leaks-check.js';
import { checkPersonalData } from './personal-data-check.js';
import { checkRowSecurity } from './row-security-check.js';
import { checkRows } from './rows-check.js';
import { type RunSuitesOptions, runSuites } from './run-suites.js';
import { checkSchema } from './schema-check.js';
import { checkSequences } from './sequences-check.js';
import { readStatistics } from './statistics.js';

export interface ValidateEnvironmentOptions extends Omit<CheckContext, 'target'> {
  /** Also run the health checks. An unhealthy environment is invalid, a degraded one has a warning. */
  health: boolean;
  /** The clone is not finished: its ledger is still there, and its stamp not yet. Default `false`. */
  isUnderway?: boolean;
}

export interface ValidationEngine {
  /**
   * Asks everything that can be asked with what is given: alone, an environment is checked for itself; with its source, its plan and what the copy
   * measured, it is compared with them. @throws ConnectionError, DataError when a database cannot be read; what is wrong with the clone is in the result
   */
  validateEnvironment(environment: ReadOnlySource, options: ValidateEnvironmentOptions): Promise<ValidationResult>;
  runHealthChecks(environment: ReadOnlySource, options?: HealthCheckOptions): Promise<HealthReport>;
  /** Tests write into the clone, so they take the proof that it may be destroyed. */
  testFunctionality(
    environment: ConfirmedTarget,
    suites: readonly TestSuite[],
    options?: RunSuitesOptions,
  ): Promise<TestResult[]>;
}

export interface ValidationEngineInput {
  /** Default: every check there is, cheap ones first. */
  checks?: readonly Check[];
}

export function createValidationEngine({ checks = CHECKS }: ValidationEngineInput = {}): ValidationEngine {
  return {
    async validateEnvironment(target, { health, isUnderway = false, ...given }) {
      const context: CheckContext = { target, ...given };
      const statistics = await asking(target, () => readStatistics(context));
      const outcomes: CheckOutcome[] = [];
      for (const check of checks) {
        context.signal?.throwIfAborted();
        outcomes.push(await asking(target, () => check(context)));
      }
      const aborting = given.signal ? { signal: given.signal } : {};
      const report = health ? await runHealthChecks(target, { isUnderway, ...aborting }) : undefined;
      if (report) outcomes.push(judgeHealth(report));
      const errors = outcomes.flatMap((outcome) => outcome.errors);
      return {
        isValid: errors.length === 0,
        errors,
        warnings: outcomes.flatMap((outcome) => outcome.warnings),
        statistics: Object.assign(statistics, ...outcomes.map((outcome) => outcome.statistics)),
        ...(report && { health: report }),
      };
    },
    runHealthChecks,
    testFunctionality: runSuites,
  };
}

async function asking<Answer>({ environment }: ReadOnlySource, ask: () => Promise<Answer>): Promise<Answer> {
  try {
    return await ask();
  } catch (error) {
    throw translatePostgresError(error, { doing: 'validating', environment, otherwise: 'COPY_FAILED' });
  }
}

/** What proves that nothing personal is left. */
export const ANONYMIZATION_CHECKS: readonly Check[] = [checkFixedValues, checkLeaks, checkPersonalData];

const CHECKS: readonly Check[] = [
  checkSchema,
  checkConstraints,
  checkRowSecurity,
  checkIndexes,
  checkRows,
  checkSequences,
  checkForeignKeys,
  ...ANONYMIZATION_CHECKS,
];

function judgeHealth({ checks }: HealthReport): CheckOutcome {
  const outcome: CheckOutcome = { errors: [], warnings: [] };
  for (const { name, state, message } of checks) {
    const object = `health ${name}`;
    if (state === 'unhealthy')
      outcome.errors.push({ code: 'VALIDATION_FAILED', message: `${name}: ${message}`, object });
    if (state === 'degraded') outcome.warnings.push({ message: `${name}: ${message}`, object });
  }
  return outcome;
}
