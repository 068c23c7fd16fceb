import { DataError, SchemaError, ValidationFailedError } from '../contracts/errors.js';
import { type ClonePlan, plannedTables } from '../contracts/plan.js';
import type { SchemaDefinition, SchemaDiff } from '../contracts/schema.js';
import type { CloneGrant, CopyUnitInput, ValidateCloneInput, ValidateEnvironmentInput } from '../contracts/stages.js';
import type { TestResult, ValidationError, ValidationResult } from '../contracts/validation.js';
import { schemaFingerprint } from '../engine/catalog/fingerprint.js';
import type { TableTotals } from '../engine/copy/copy-tables.js';
import { dropLedger, endCopying, readLedger } from '../engine/copy/ledger.js';
import { openSnapshotReader } from '../engine/copy/snapshot-reader.js';
import { parseValidateInput } from '../engine/environments/parse-input.js';
import { operationArtifact, readIfThere } from '../engine/monitoring/operation-artifacts.js';
import { showIdentifier } from '../engine/postgres/quote.js';
import type { ConfirmedTarget, ReadOnlySource } from '../engine/safety/proofs.js';
import { compareSchemas } from '../engine/schema/compare.js';
import { openTarget } from '../engine/validation/check.js';
import { createValidationEngine } from '../engine/validation/validation-engine.js';
import { type VerifiedCopy, verifyCopy } from '../engine/validation/verify-copy.js';
import { adapt } from './adapt.js';
import { readSchema } from './read-schema.js';
import type { OpenServices, Services } from './services.js';
import { plannedStatements, withoutPrivileges } from './stage-artifacts.js';

export type VerifyChecksumsInput = Omit<CopyUnitInput, 'unit'>;

export const createValidateActivities = (open: OpenServices) => ({
  /**
   * Compares source and target as the clone's `verify` option says, once every row has landed and while the snapshot lives. What differs is told by
   * `validateClone`. @throws ConnectionError `SNAPSHOT_LOST`
   */
  async verifyChecksums({ grant, plan: ref, held }: VerifyChecksumsInput): Promise<void> {
    return adapt(async ({ signal: cancelled, progress }) => {
      const { artifacts, guard } = await open();
      const { operation, options } = grant;
      if (!options.verify) return;
      const tables = plannedTables(await artifacts.readJson<ClonePlan>(ref));
      const source = await guard.admitSource(grant.source, { ...grant, signal: cancelled });
      const target = await guard.admitReadable(grant.target, { operation, ...builtOf(grant), signal: cancelled });
      const verified = await verifyCopy({
        tables,
        proof: options.verify,
        openSource: (signal) => openSnapshotReader(source, { snapshot: held.snapshot, tables, signal }),
        openTarget: (signal) => openTarget({ target, signal }),
        signal: cancelled,
        onProgress: (done) => progress({ verified: done / 2, tables: tables.length }),
      });
      await artifacts.writeJson(operationArtifact(operation, 'verification'), verified);
    });
  },

  /** Proves that the clone is what the plan says; then nothing is unfinished in its database. @throws `VALIDATION_FAILED`, unless an invalid clone shall be kept */
  async validateClone({ grant, plan: ref, onInvalid }: ValidateCloneInput): Promise<void> {
    return adapt(async ({ signal }) => {
      const services = await open();
      const { artifacts, configuration, guard } = services;
      const { operation } = grant;
      const target = await guard.admitTarget(grant.target, { ...grant, signal });
      const totals = await settleTotals(services, operation, target, signal);
      const plan = await artifacts.readJson<ClonePlan>(ref);
      const result = await compareWithPlan(services, { plan, totals, isUnderway: true, ...builtOf(grant), signal });
      const tests = await engine.testFunctionality(target, configuration.testSuites, { signal });
      const judged = await withVerification(services, grant, withTests(result, tests));
      await artifacts.writeJson(operationArtifact(operation, 'validation'), judged);
      if (!judged.isValid && onInvalid === 'rollback') throw notValid(grant.target, judged);
      await dropLedger(target, { signal });
    });
  },

  /** Validates an environment on its own, or against the clone it came from; production for its health alone. */
  async validateEnvironment({ operation, input }: ValidateEnvironmentInput): Promise<ValidationResult> {
    return adapt(async ({ signal }) => {
      const services = await open();
      const { environment, operation: clone } = parseValidateInput(input);
      services.configuration.require([environment]);
      const isProduction = services.configuration.environment(environment).type === 'production';
      if (!clone || isProduction) {
        const source = await services.guard.admitReadable(environment, { operation, signal });
        return engine.validateEnvironment(source, { health: true, signal });
      }
      const plan = await services.artifacts.readJson<ClonePlan>(operationArtifact(clone, 'plan'));
      const totals = await services.artifacts.readJson<TableTotals[]>(operationArtifact(clone, 'totals'));
      return compareWithPlan(services, { plan, totals, isUnderway: false, signal });
    });
  },
});

const engine = createValidationEngine();

function builtOf({ built }: CloneGrant): Pick<CompareInput, 'built'> {
  return built ? { built } : {};
}

/** What the ledger says the copy measured becomes an artifact. Until the clone is proven, the target stays one that a terminated clone left. */
async function settleTotals(
  { artifacts }: Services,
  operation: string,
  target: ConfirmedTarget,
  signal: AbortSignal,
): Promise<TableTotals[]> {
  const ref = operationArtifact(operation, 'totals');
  await using session = await target.connect({ purpose: 'ledger', signal });
  const ledger = await readLedger(session);
  if (ledger?.operation === operation) await artifacts.writeJson(ref, ledger.tables);
  const totals = (await readIfThere<TableTotals[]>(artifacts, ref)) ?? [];
  await endCopying(target, { signal });
  return totals;
}

interface CompareInput {
  plan: ClonePlan;
  totals: TableTotals[];
  isUnderway: boolean;
  built?: 'beside';
  signal: AbortSignal;
}

async function compareWithPlan(
  services: Services,
  { plan, totals, isUnderway, built, signal }: CompareInput,
): Promise<ValidationResult> {
  const target = await services.guard.admitReadable(plan.target, { operation: plan.operation, built, signal });
  const source = await services.guard.admitReadable(plan.source, { operation: plan.operation, signal });
  const schemaDiff = await compareWithSource(services, plan, await readSchema(target, signal));
  const expected = { totals, schemaDiff };
  const validating = engine.validateEnvironment(target, { source, plan, expected, health: true, isUnderway, signal });
  return validating.catch(async (error: unknown) => {
    throw await explained(error, { plan, source, signal });
  });
}

/** Rows that the source has no more cannot be compared. */
async function explained(
  error: unknown,
  { plan, source, signal }: Pick<CompareInput, 'plan' | 'signal'> & { source: ReadOnlySource },
): Promise<unknown> {
  if (!(error instanceof DataError && error.code === 'COPY_FAILED')) return error;
  await using session = await source.connect({ purpose: 'validate', signal });
  if ((await schemaFingerprint(session)) === plan.sourceFingerprint) return error;
  const message = `${error.message}; the schema of ${plan.source} has changed since the clone was planned`;
  return new SchemaError('SOURCE_SCHEMA_CHANGED', message, { details: error.details });
}

/** The target's schema against what the plan made of the source's. */
async function compareWithSource(services: Services, plan: ClonePlan, actual: SchemaDefinition): Promise<SchemaDiff> {
  const { schema, statements } = await plannedStatements(services, plan);
  const expected = { ...schema, statements };
  const made = { ...actual, statements: withoutPrivileges(actual.statements, plan, actual) };
  const servers = plan.neutralized.filter(({ kind }) => kind === 'server'); // whose options pg_dump spells in its own way
  const except = [...servers, ...ownExtensions(plan, schema, actual)];
  return compareSchemas(expected, plan.skippedOwners.length > 0 ? withOwnersOf(expected, made) : made, { except });
}

/** Extensions that the target has and keeps, and the source has not, with the schemas that they are in. */
function ownExtensions({ keptExtensions = [] }: ClonePlan, source: SchemaDefinition, target: SchemaDefinition) {
  const ofSource = new Set(source.extensions.map(({ name }) => name));
  const kept = target.extensions.filter(({ name }) => keptExtensions.includes(name));
  const schemas = kept.map(({ schema }) => schema).filter((schema) => !source.schemas.includes(schema));
  return [
    ...kept.flatMap(({ name }) => (ofSource.has(name) ? [] : [{ kind: 'extension', name: showIdentifier(name) }])),
    ...schemas.map((schema) => ({ kind: 'schema', name: showIdentifier(schema) })),
  ];
}

/** Objects whose owner could not be given belong to the target's own role, and its dump says so. */
function withOwnersOf(expected: SchemaDefinition, actual: SchemaDefinition): SchemaDefinition {
  const owned = new Set(expected.statements.filter(({ kind }) => kind === 'owner').map(({ name }) => name));
  return {
    ...actual,
    statements: actual.statements.filter(({ kind, name }) => kind !== 'owner' || owned.has(name)),
  };
}

function withTests(result: ValidationResult, tests: TestResult[]): ValidationResult {
  const errors = tests
    .filter(({ status }) => status !== 'passed')
    .map(({ suite, name, status, message }) => ({
      code: 'VALIDATION_FAILED' as const,
      message: `test ${status.replace('_', ' ')}: ${suite}, ${name}${message ? `: ${message}` : ''}`,
      object: `test ${suite}`,
    }));
  return { ...result, isValid: result.isValid && errors.length === 0, errors: [...result.errors, ...errors], tests };
}

/** A proof that was asked for and not made is missing, not passed. */
async function withVerification(
  { artifacts }: Services,
  { operation, options }: CloneGrant,
  result: ValidationResult,
): Promise<ValidationResult> {
  if (!options.verify) return result;
  const verified = await readIfThere<VerifiedCopy>(artifacts, operationArtifact(operation, 'verification'));
  const { errors, ...verification } = verified ?? { errors: [NOT_VERIFIED] };
  return {
    ...result,
    isValid: result.isValid && errors.length === 0,
    errors: [...result.errors, ...errors],
    ...('proof' in verification && { verification }),
  };
}

const NOT_VERIFIED: ValidationError = {
  code: 'VALIDATION_FAILED',
  message: 'the copy was not compared with its snapshot, although the clone was asked to',
};

function notValid(target: string, { errors }: ValidationResult): ValidationFailedError {
  const lines = errors.slice(0, 10).map(({ message }) => message);
  return new ValidationFailedError(
    [`${target} did not pass validation, ${errors.length} error(s):`, ...lines].join('\n  '),
    {
      details: { errors: errors.slice(0, 50) },
    },
  );
}
