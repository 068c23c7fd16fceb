import type { RollbackResult } from '../contracts/clone.js';
import { ValidationFailedError } from '../contracts/errors.js';
import type { RollbackReport } from '../contracts/report.js';
import type { SchemaDefinition } from '../contracts/schema.js';
import type { CompleteRollbackInput, TargetGrant } from '../contracts/stages.js';
import { operationArtifact } from '../engine/monitoring/operation-artifacts.js';
import { compareSchemas } from '../engine/schema/compare.js';
import { readSchema } from './read-schema.js';
import type { Services } from './services.js';
import { schemaRef } from './unit-artifacts.js';

interface ProveInput {
  grant: TargetGrant;
  signal: AbortSignal;
}

/** Compares all definitions of the target, those that were to stay included, with what they shall be. @throws ValidationFailedError, and the target is what it was again */
export async function proveParts({ artifacts, guard }: Services, { grant, signal }: ProveInput): Promise<void> {
  const target = await guard.admitTarget(grant.target, { ...grant, signal });
  const expected = await artifacts.readJson<SchemaDefinition>(schemaRef(grant.operation));
  const { differences } = compareSchemas(expected, await readSchema(target, signal));
  if (differences.length === 0) return;
  const errors = differences.map(({ kind, name, change }) => `${kind} ${name} is ${change}`);
  throw new ValidationFailedError(
    [`${grant.target} is not what it should be, ${errors.length} error(s):`, ...errors.slice(0, 10)].join('\n  '),
    { details: { errors: errors.slice(0, 50) } },
  );
}

/** What `envclone report` shows of a rollback. */
export async function reportRollback(
  { artifacts, monitor }: Services,
  { grant, point, changes, startedAt, timings = {} }: CompleteRollbackInput,
  { validation, tables, records }: Pick<RollbackResult, 'validation' | 'tables' | 'records'>,
): Promise<void> {
  const { operation, target, requestedBy } = grant;
  const report: RollbackReport = { restorePoint: point, tables, records, ...(changes && { changes }) };
  const completedAt = new Date().toISOString();
  await artifacts.writeJson(operationArtifact(operation, 'rollback'), report);
  await artifacts.writeJson(operationArtifact(operation, 'validation'), validation);
  await monitor.recordOutcome(operation, {
    kind: 'rollback',
    status: 'completed',
    target,
    ...(requestedBy && { requestedBy }),
    startedAt: startedAt ?? completedAt,
    completedAt,
    timings,
    restorePoint: { environment: target, id: operation },
  });
  await artifacts.writeJson(operationArtifact(operation, 'report'), await monitor.generateReport(operation));
}
