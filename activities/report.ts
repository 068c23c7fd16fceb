import type { CloneResult, CloneStatistics, RollbackChanges, RollbackResult } from '../contracts/clone.js';
import type { ClonePlan } from '../contracts/plan.js';
import type { OperationOutcome } from '../contracts/report.js';
import type { SchemaDefinition } from '../contracts/schema.js';
import type { CompleteCloneInput, CompleteRollbackInput, RecordFailureInput } from '../contracts/stages.js';
import type { ValidationResult } from '../contracts/validation.js';
import { readRestorePoint } from '../engine/backup/restore-points.js';
import type { TableTotals } from '../engine/copy/copy-tables.js';
import { dropLedger } from '../engine/copy/ledger.js';
import { formatBytes } from '../engine/monitoring/format.js';
import { operationArtifact } from '../engine/monitoring/operation-artifacts.js';
import { writeStamp } from '../engine/safety/stamp.js';
import { createValidationEngine } from '../engine/validation/validation-engine.js';
import { adapt } from './adapt.js';
import { reportMasking } from './masking-report.js';
import { pruneAfter } from './prune.js';
import { proveParts, reportRollback } from './rollback-report.js';
import type { OpenServices } from './services.js';

export const createReportActivities = (open: OpenServices) => ({
  /** Stamps the clone and tells what was done. */
  async completeClone(input: CompleteCloneInput): Promise<CloneResult> {
    return adapt(async ({ signal }) => {
      const services = await open();
      const { artifacts, auditTrail, guard, monitor } = services;
      const { grant, plan: ref, point, startedAt, timings } = input;
      const { operation, source, target, requestedBy } = grant;
      const plan = await artifacts.readJson<ClonePlan>(ref);
      const schema = await artifacts.readJson<SchemaDefinition>(plan.schema);
      const totals = await artifacts.readJson<TableTotals[]>(operationArtifact(operation, 'totals'));
      const validation = await artifacts.readJson<ValidationResult>(operationArtifact(operation, 'validation'));
      const admitted = await guard.admitTarget(target, { ...grant, signal });
      await writeStamp(admitted, target, { signal });
      const status = validation.isValid ? 'completed' : 'kept_invalid';
      const statistics = statisticsOf({ plan, schema, totals, startedAt });
      const masking = await reportMasking(artifacts, { plan, schema, totals, target: admitted, signal });
      if (masking) await artifacts.writeJson(operationArtifact(operation, 'masking'), masking);
      await monitor.recordOutcome(operation, {
        kind: 'clone',
        status,
        source,
        target,
        ...(requestedBy && { requestedBy }),
        startedAt,
        completedAt: new Date().toISOString(),
        timings,
        statistics,
        ...(point && { restorePoint: point }),
      });
      await artifacts.writeJson(operationArtifact(operation, 'report'), await monitor.generateReport(operation));
      await auditTrail.record({ operation, action: 'clone', source, target, requestedBy, outcome: status });
      await pruneAfter(services, grant, point ? [point.id] : []);
      return {
        operationId: operation,
        status,
        statistics,
        validation,
        anonymization: masking?.tables.map(({ columns: _columns, ...table }) => table) ?? [],
        neutralized: plan.neutralized,
        warnings: plan.warnings,
        restorePoint: point,
        report: operationArtifact(operation, 'report'),
      };
    });
  },

  /** Says what a rollback brought back; parts are compared with what they shall be, and then nothing is unfinished any more. */
  async completeRollback(input: CompleteRollbackInput): Promise<RollbackResult> {
    return adapt(async ({ signal }) => {
      const services = await open();
      const { artifacts, auditTrail, guard } = services;
      const { grant, point, kind: moved, changes } = input;
      const { operation, target, requestedBy } = grant;
      const stored = moved || changes ? undefined : await readRestorePoint(artifacts, point);
      const validation =
        stored?.kind === 'drop database'
          ? NOTHING
          : await createValidationEngine().validateEnvironment(
              await guard.admitReadable(target, { operation, signal }),
              {
                health: true,
                isUnderway: changes !== undefined,
                signal,
              },
            );
      if (changes) await proveParts(services, { grant, signal });
      const { tables, records } = changes ? totalsOf(changes) : (stored ?? validation.statistics);
      await reportRollback(services, input, { validation, tables, records });
      await auditTrail.record({ operation, action: 'rollback', target, requestedBy, outcome: 'completed' });
      if (changes) await dropLedger(await guard.admitTarget(target, { ...grant, signal }), { signal });
      await pruneAfter(services, grant, [operation, point.id]); // what was, and what the environment is now
      return {
        operationId: operation,
        environment: target,
        restorePoint: point,
        tables,
        records,
        validation,
        ...(changes && { changes }),
      };
    });
  },

  /** Keeps what failed and what the target is now, for the report and the audit trail. */
  async recordFailure(input: RecordFailureInput): Promise<void> {
    return adapt(async () => {
      const { artifacts, auditTrail, monitor } = await open();
      const { operation, source, target, requestedBy, failure, startedAt, timings } = input;
      const outcome: OperationOutcome = {
        kind: source ? 'clone' : 'rollback',
        status: 'failed',
        ...(source && { source }),
        target,
        ...(requestedBy && { requestedBy }),
        startedAt,
        completedAt: new Date().toISOString(),
        timings,
        failure,
      };
      await monitor.recordOutcome(operation, outcome);
      await artifacts.writeJson(operationArtifact(operation, 'report'), await monitor.generateReport(operation));
      const action = source ? 'clone' : 'rollback';
      await auditTrail.record({ operation, action, source, target, requestedBy, outcome: `failed: ${failure.code}` });
    });
  },
});

function totalsOf({ tables }: RollbackChanges) {
  return { tables: tables.length, records: tables.reduce((sum, { rowsAfter }) => sum + rowsAfter, 0) };
}

const NOTHING: ValidationResult = {
  isValid: true,
  errors: [],
  warnings: [],
  statistics: { tables: 0, records: 0, functions: 0, triggers: 0, policies: 0, indexes: 0, sizeBytes: 0 },
};

interface Measured {
  plan: ClonePlan;
  schema: SchemaDefinition;
  totals: TableTotals[];
  startedAt: string;
}

function statisticsOf({ plan, schema, totals, startedAt }: Measured): CloneStatistics {
  const bytes = totals.reduce((sum, table) => sum + table.bytes, 0);
  const neutralizedTriggers = plan.neutralized.filter(({ kind }) => kind === 'trigger').length;
  return {
    tablesCloned: totals.length,
    recordsCloned: totals.reduce((sum, { rows }) => sum + rows, 0),
    recordsAnonymized: totals
      .filter(({ maskedValues }) => Object.values(maskedValues).some((count) => count > 0))
      .reduce((sum, { rows }) => sum + rows, 0),
    functionsCloned: schema.functions.length,
    triggersCloned: schema.triggers.length - neutralizedTriggers,
    totalSizeCloned: formatBytes(bytes),
    totalBytesCloned: bytes,
    duration: Date.now() - Date.parse(startedAt),
  };
}
