import type { AnonymizationReport, AnonymizationType } from '../../contracts/anonymization.js';
import type { TablePlan } from '../../contracts/plan.js';
import { relationLabel } from '../../contracts/relations.js';

export interface TableReportInput {
  table: TablePlan;
  /** What the copy counted: rows, and the values that each column's masker was called for. */
  totals: { rows: number; maskedValues: Record<string, number> };
  /** Foreign keys of and to the table that were found to hold in the target. */
  preservedRelationships: number;
}

/** Rules that replace a value without making one. */
const MAKES_NOTHING: readonly AnonymizationType[] = ['null', 'empty', 'constant'];

/** What masking did to one table. `anonymizedRecords` is what the most masked column proves: rows are not counted one by one. */
export function createTableReport({ table, totals, preservedRelationships }: TableReportInput): AnonymizationReport {
  const masked = table.columns.filter(({ rule }) => rule && rule.type !== 'keep');
  const countOf = (name: string) => totals.maskedValues[name] ?? 0;
  const makers = masked.filter(({ rule }) => rule && !MAKES_NOTHING.includes(rule.type));
  return {
    tableName: relationLabel(table),
    originalRecords: totals.rows,
    anonymizedRecords: masked.reduce((most, { name }) => Math.max(most, countOf(name)), 0),
    anonymizedFields: masked.map(({ name }) => name),
    preservedRelationships,
    generatedFakeData: makers.reduce((sum, { name }) => sum + countOf(name), 0),
  };
}
