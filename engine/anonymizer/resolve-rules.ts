import type { AnonymizationRule } from '../../contracts/anonymization.js';
import { relationLabel } from '../../contracts/relations.js';
import { columnKey, type TableFacts } from './column-facts.js';
import { findTable } from './find-table.js';
import { nearest } from './nearest.js';
import { parseRules } from './rule-schema.js';

export interface ResolvedRules {
  /** By `columnKey`. */
  rules: Map<string, AnonymizationRule>;
  problems: string[];
}

/** Finds the column of each rule. `where` names the list in problems. */
export function resolveRules(input: readonly AnonymizationRule[], where: string, facts: TableFacts): ResolvedRules {
  const parsed = parseRules(input, where);
  const resolved: ResolvedRules = { rules: new Map(), problems: parsed.problems };
  for (const rule of parsed.rules) {
    const found = findColumn(rule, facts);
    if ('problem' in found) resolved.problems.push(`${where}: ${found.problem}`);
    else if (resolved.rules.has(found.key))
      resolved.problems.push(`${where}: column ${rule.columnName} of ${rule.tableName} has two rules`);
    else resolved.rules.set(found.key, rule);
  }
  return resolved;
}

function findColumn(
  { tableName, columnName }: AnonymizationRule,
  { tables, rootOf, columns }: TableFacts,
): { key: string } | { problem: string } {
  const found = findTable(tableName, tables);
  if ('problem' in found) return found;
  const { table } = found;
  const label = relationLabel(table);
  const root = rootOf(table);
  if (root !== table) return { problem: `${label} is a partition: give the rule to ${relationLabel(root)}` };
  const key = columnKey(label, columnName);
  if (columns.has(key)) return { key };
  const column = table.columns.find(({ name }) => name === columnName);
  if (column?.generated)
    return { problem: `column ${columnName} of ${label} is generated: mask what it is computed from` };
  if (column) return { problem: `the rows of ${label} are never copied: it needs no rule` };
  const names = table.columns.map(({ name }) => name);
  return { problem: `there is no column ${columnName} in ${label}${nearest(columnName, names)}` };
}
