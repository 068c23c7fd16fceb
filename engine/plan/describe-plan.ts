import { type ClonePlan, plannedTables, type TablePlan } from '../../contracts/plan.js';
import { relationLabel } from '../../contracts/relations.js';

/** A plan as people read it: plain text, columns aligned. Names and counts alone. */
export function describePlan(plan: ClonePlan): string {
  return [
    ...heading(plan),
    ...section('Tables', describeTables(plannedTables(plan))),
    ...section('Stay empty', aligned(plan.emptied.map(({ table, reason }) => [table, reason]))),
    ...section('Become null', aligned(plan.nulled.map(({ table, column, reason }) => [`${table}.${column}`, reason]))),
    ...section('Made harmless', aligned(plan.neutralized.map(({ kind, name, reason }) => [`${kind} ${name}`, reason]))),
    ...section('Left out', aligned(plan.leftOut.map(({ kind, name, reason }) => [`${kind} ${name}`, reason]))),
    ...section('Roles created, without login', plan.createsRoles),
    ...section('Warnings', plan.warnings),
    ...section('Refused', plan.refusals),
  ].join('\n');
}

function heading(plan: ClonePlan): string[] {
  const { source, target, units, options } = plan;
  const tables = plannedTables({ units });
  const bytes = units.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const columns = tables.reduce((sum, table) => sum + changedColumns(table).length, 0);
  const changed = options.anonymizeData ? `${counted(columns, 'column')} masked` : 'NOT anonymized';
  return [`${source} → ${target}: ${counted(tables.length, 'table')}, ${size(bytes)}, ${changed}`, wayBack(plan)];
}

function wayBack({ target, restorePoint, restorePointReason }: ClonePlan): string {
  const why = restorePointReason ? ` (${restorePoint}: ${restorePointReason})` : '';
  switch (restorePoint) {
    case 'swap':
      return `The clone is built beside ${target} and takes its name in the end; what ${target} was is kept as a database${why}.`;
    case 'archive':
      return `Everything in ${target} is replaced; a restore point is made first${why}.`;
    case 'drop database':
      return `The database of ${target} is created${why}.`;
    case 'none':
      return `Everything in ${target} is replaced, WITHOUT a restore point: what fails stays as it is${why}.`;
  }
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ['', title, ...lines.map((line) => `  ${line}`)];
}

function describeTables(tables: readonly TablePlan[]): string[] {
  const rows = tables.map((table) => [
    relationLabel(table),
    `~${counted(table.estimatedRows, 'row')}`,
    size(table.sizeBytes),
    changedColumns(table)
      .map(({ name, rule }) => `${name}: ${rule?.generator ?? rule?.type}`)
      .join(', '),
  ]);
  return aligned(rows);
}

function changedColumns({ columns }: TablePlan) {
  return columns.filter(({ rule }) => rule !== undefined);
}

/** Every cell but a row's last as wide as the widest of its column, in characters. */
function aligned(rows: readonly (readonly string[])[]): string[] {
  const lengthOf = (text: string) => Array.from(text).length;
  const widths = (rows[0] ?? []).map((_, at) => Math.max(...rows.map((row) => lengthOf(row[at] ?? ''))));
  return rows.map((row) =>
    row
      .map((cell, at) => cell + ' '.repeat((widths[at] ?? 0) - lengthOf(cell)))
      .join('  ')
      .trimEnd(),
  );
}

function counted(count: number, word: string): string {
  return `${String(count).replace(/\B(?=(\d{3})+$)/g, ' ')} ${word}${count === 1 ? '' : 's'}`;
}

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'];

function size(bytes: number): string {
  const unit = Math.min(UNITS.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
  const value = bytes / 1000 ** unit;
  return `${value.toFixed(unit === 0 || value >= 100 ? 0 : 1)} ${UNITS[unit]}`;
}
