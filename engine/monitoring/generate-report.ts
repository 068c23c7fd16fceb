import type { ClonePlan, TablePlan } from '../../contracts/plan.js';
import { relationLabel } from '../../contracts/relations.js';
import type { CloneEvent, OperationOutcome, OperationReport, ReportedTable } from '../../contracts/report.js';
import type { ValidationResult } from '../../contracts/validation.js';
import type { ArtifactStore } from '../artifacts/store.js';
import { operationArtifact, readIfThere, readTextIfThere } from './operation-artifacts.js';

const KEPT_EVENTS = 200;

/** What the copy measured of one table; masked values by column. */
interface MeasuredTable {
  table: string;
  rows: number;
  bytes: number;
  maskedValues: Record<string, number>;
}

/** Puts together what an operation left; what it did not come to is empty. @throws DataError when the store cannot be read */
export async function generateReport(artifacts: ArtifactStore, operation: string): Promise<OperationReport> {
  const [plan, totals, validation, outcome, events] = await Promise.all([
    readIfThere<ClonePlan>(artifacts, operationArtifact(operation, 'plan')),
    readIfThere<MeasuredTable[]>(artifacts, operationArtifact(operation, 'totals')),
    readIfThere<ValidationResult>(artifacts, operationArtifact(operation, 'validation')),
    readIfThere<OperationOutcome>(artifacts, operationArtifact(operation, 'outcome')),
    readEvents(artifacts, operation),
  ]);
  const source = outcome?.source ?? plan?.source;
  const target = outcome?.target ?? plan?.target;
  return {
    operation,
    status: outcome?.status ?? 'unfinished',
    ...(source && { source }),
    ...(target && { target }),
    ...(outcome && { outcome }),
    tables: reportTables(totals ?? [], plan),
    emptied: plan?.emptied ?? [],
    nulled: plan?.nulled ?? [],
    neutralized: plan?.neutralized ?? [],
    leftOut: plan?.leftOut ?? [],
    warnings: plan?.warnings ?? [],
    ...(validation && { validation }),
    events: mostTelling(events),
  };
}

function reportTables(totals: readonly MeasuredTable[], plan?: ClonePlan): ReportedTable[] {
  const planned = new Map(plan?.units.flatMap(({ tables }) => tables).map((table) => [relationLabel(table), table]));
  return totals
    .map(({ table, rows, bytes, maskedValues }) => ({
      table,
      rows,
      bytes,
      maskedFields: maskedFields(planned.get(table)),
      maskedValues: Object.values(maskedValues).reduce((sum, count) => sum + count, 0),
    }))
    .sort((a, b) => (a.table < b.table ? -1 : 1));
}

function maskedFields(table: TablePlan | undefined): string[] {
  return table?.columns.filter(({ rule }) => rule && rule.type !== 'keep').map(({ name }) => name) ?? [];
}

/** A worker that died may have left half a line. */
async function readEvents(artifacts: ArtifactStore, operation: string): Promise<CloneEvent[]> {
  const text = await readTextIfThere(artifacts, operationArtifact(operation, 'events'));
  return text.split('\n').flatMap((line) => {
    try {
      return line ? [JSON.parse(line) as CloneEvent] : [];
    } catch {
      return [];
    }
  });
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
