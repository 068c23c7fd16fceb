import { type ClonePlan, isMasked, type TablePlan } from '../../contracts/plan.js';
import { relationLabel } from '../../contracts/relations.js';
import type {
  CloneEvent,
  MaskingReport,
  OperationOutcome,
  OperationReport,
  ReportedStage,
  ReportedTable,
  RollbackReport,
} from '../../contracts/report.js';
import type { ValidationResult } from '../../contracts/validation.js';
import type { ArtifactStore } from '../artifacts/store.js';
import { readStageMeasures, type StageMeasure } from './activity-measures.js';
import { operationArtifact, readIfThere, readLinesIfThere } from './operation-artifacts.js';

const KEPT_EVENTS = 200;

/** What the copy measured of one table; masked values by column. */
interface MeasuredTable {
  table: string;
  rows: number;
  bytes: number;
  maskedValues: Record<string, number>;
  milliseconds?: number;
}

/** Puts together what an operation left; what it did not come to is empty. @throws DataError when the store cannot be read */
export async function generateReport(artifacts: ArtifactStore, operation: string): Promise<OperationReport> {
  const [plan, totals, masking, validation, rollback, outcome, events, measures] = await Promise.all([
    readIfThere<ClonePlan>(artifacts, operationArtifact(operation, 'plan')),
    readIfThere<MeasuredTable[]>(artifacts, operationArtifact(operation, 'totals')),
    readIfThere<MaskingReport>(artifacts, operationArtifact(operation, 'masking')),
    readIfThere<ValidationResult>(artifacts, operationArtifact(operation, 'validation')),
    readIfThere<RollbackReport>(artifacts, operationArtifact(operation, 'rollback')),
    readIfThere<OperationOutcome>(artifacts, operationArtifact(operation, 'outcome')),
    readLinesIfThere<CloneEvent>(artifacts, operationArtifact(operation, 'events')),
    readStageMeasures(artifacts, operation),
  ]);
  const tables = reportTables(totals ?? [], plan);
  const source = outcome?.source ?? plan?.source;
  const target = outcome?.target ?? plan?.target;
  return {
    operation,
    status: outcome?.status ?? 'unfinished',
    ...(source && { source }),
    ...(target && { target }),
    ...(outcome && { outcome }),
    stages: reportStages(tables, measures, outcome),
    tables,
    emptied: plan?.emptied ?? [],
    nulled: plan?.nulled ?? [],
    neutralized: plan?.neutralized ?? [],
    leftOut: plan?.leftOut ?? [],
    warnings: plan?.warnings ?? [],
    ...(masking && { masking }),
    ...(validation && { validation }),
    ...(rollback && { rollback }),
    events: mostTelling(events),
  };
}

/** The workflow's timings, in their order; of an operation that never ended, what its activities took. */
function reportStages(
  tables: readonly ReportedTable[],
  measures: readonly StageMeasure[],
  outcome?: OperationOutcome,
): ReportedStage[] {
  const measured = new Map<string, StageMeasure>(measures.map((measure) => [measure.stage, measure]));
  const wallMs = new Map(Object.entries(outcome?.timings ?? {}));
  for (const measure of measures) if (!wallMs.has(measure.stage)) wallMs.set(measure.stage, measure.wallMs);
  return [...wallMs].map(([stage, milliseconds]) => {
    const cpuMs = measured.get(stage)?.cpuMs;
    return {
      stage,
      wallMs: milliseconds,
      ...(cpuMs !== undefined && { cpuMs }),
      ...(stage === 'copy' && tables.length > 0 && moved(tables)),
    };
  });
}

function moved(tables: readonly ReportedTable[]): Pick<ReportedStage, 'rows' | 'bytes' | 'maskedValues'> {
  const sum = (of: (table: ReportedTable) => number) => tables.reduce((total, table) => total + of(table), 0);
  return {
    rows: sum(({ rows }) => rows),
    bytes: sum(({ bytes }) => bytes),
    maskedValues: sum((table) => table.maskedValues),
  };
}

function reportTables(totals: readonly MeasuredTable[], plan?: ClonePlan): ReportedTable[] {
  const planned = new Map(plan?.units.flatMap(({ tables }) => tables).map((table) => [relationLabel(table), table]));
  return totals
    .map(({ table, rows, bytes, maskedValues, milliseconds }) => ({
      table,
      rows,
      bytes,
      maskedFields: maskedFields(planned.get(table)),
      maskedValues: Object.values(maskedValues).reduce((sum, count) => sum + count, 0),
      ...(milliseconds !== undefined && { milliseconds }),
    }))
    .sort((a, b) => (a.table < b.table ? -1 : 1));
}

function maskedFields(table: TablePlan | undefined): string[] {
  return table?.columns.filter(isMasked).map(({ name }) => name) ?? [];
}

/** All warnings and errors up to the limit, then the newest of the others, in the order they happened. */
function mostTelling(events: readonly CloneEvent[]): CloneEvent[] {
  const told = events.filter(({ component }) => component !== 'progress');
  const grave = told.filter(({ level }) => level !== 'info').slice(-KEPT_EVENTS);
  const room = KEPT_EVENTS - grave.length;
  const other = room > 0 ? told.filter(({ level }) => level === 'info').slice(-room) : [];
  const kept = new Set([...grave, ...other]);
  return told.filter((event) => kept.has(event));
}
