import type { AnonymizationReport, AnonymizationType, MaskedColumn } from '../../contracts/anonymization.js';
import { isMasked, type TablePlan } from '../../contracts/plan.js';
import { relationLabel } from '../../contracts/relations.js';

export interface TableReportInput {
  table: TablePlan;
  /** What the copy counted: rows, and the values that each column's masker was called for. */
  totals: { rows: number; keptRows: number; maskedValues: Record<string, number> };
  /** Foreign keys of and to the table, and declared references, that hold in the target. */
  preservedRelationships: number;
  /** Different values of a column of the table, as each database's statistics estimate them. */
  distinct?: Record<'before' | 'after', (column: string) => number | undefined>;
}

/** Rules that replace a value without making one. */
const MAKES_NOTHING: readonly AnonymizationType[] = ['null', 'empty', 'constant'];

/** What masking did to one table. `anonymizedRecords` is what the most masked column proves: rows are not counted one by one. */
export function createTableReport(input: TableReportInput): AnonymizationReport {
  const { table, totals, preservedRelationships } = input;
  const masked = table.columns.filter(isMasked);
  const counted = masked.filter(({ rule }) => rule.type !== 'reference'); // of its rows, some lead to what is kept
  const countOf = (name: string) => totals.maskedValues[name] ?? 0;
  const makers = counted.filter(({ rule }) => !MAKES_NOTHING.includes(rule.type));
  return {
    tableName: relationLabel(table),
    originalRecords: totals.rows,
    anonymizedRecords: counted.reduce((most, { name }) => Math.max(most, countOf(name)), 0),
    anonymizedFields: masked.map(({ name }) => name),
    preservedRelationships,
    ...(totals.keptRows > 0 && { keptRecords: totals.keptRows }),
    generatedFakeData: makers.reduce((sum, { name }) => sum + countOf(name), 0),
    columns: masked.map(({ name, rule }) => maskedColumn(name, rule.type, input)),
  };
}

/** The maskers are called for every value that is not NULL. */
function maskedColumn(name: string, type: AnonymizationType, { totals, distinct }: TableReportInput): MaskedColumn {
  const before = distinct?.before(name);
  const after = distinct?.after(name);
  return {
    name,
    type,
    nulls: totals.rows - totals.keptRows - (totals.maskedValues[name] ?? 0),
    ...(before !== undefined && { distinctBefore: before }),
    ...(after !== undefined && { distinctAfter: after }),
  };
}
