import type { AnonymizationType, KeptRow } from '../../contracts/anonymization.js';
import type { ColumnRule } from '../../contracts/plan.js';
import { type RelationName, relationLabel } from '../../contracts/relations.js';
import type { SchemaDefinition, TableDefinition } from '../../contracts/schema.js';
import { quoteIdentifier, quoteLiteral } from '../postgres/quote.js';
import { collectFacts, columnKey } from './column-facts.js';
import { groupColumns } from './column-groups.js';
import type { DecidedColumns } from './decide-columns.js';
import { findTable } from './find-table.js';
import { GENERATORS } from './generators/index.js';
import { nearest } from './nearest.js';

export interface ResolvedKeptRows {
  /** By `schema.table`; of partitions, their root's. */
  rows: Map<string, KeptRows>;
  problems: string[];
}

export interface KeptRows {
  relation: RelationName;
  /** SQL, true for the rows that stay as they are. */
  where: string;
  /** How many the file names. */
  named: number;
}

/** Finds the rows that the rules file keeps. Each is named by a unique key, so that one entry is one row. */
export function resolveKeptRows(
  keepRows: readonly KeptRow[],
  schema: SchemaDefinition,
  rules: DecidedColumns['rules'],
): ResolvedKeptRows {
  const resolved: ResolvedKeptRows = { rows: new Map(), problems: [] };
  const facts = collectFacts(schema);
  const groups = groupColumns(facts);
  const complain = (problem: string) => resolved.problems.push(`envclone.rules.json: keepRows: ${problem}`);
  for (const { table: written, key } of keepRows) {
    const found = findTable(written, facts.tables);
    if ('problem' in found) {
      complain(found.problem);
      continue;
    }
    const { table } = found;
    const label = relationLabel(table);
    const problem =
      checkKey(table, facts.rootOf(table), key) ??
      checkMasked(label, rules.get(label) ?? new Map(), (column) => groups.of(columnKey(label, column)).length > 1);
    if (problem) {
      complain(problem);
      continue;
    }
    const condition = Object.entries(key).map(([column, value]) => equals(column, value));
    const earlier = resolved.rows.get(label);
    resolved.rows.set(label, {
      relation: { schema: table.schema, name: table.name },
      where: `${earlier ? `${earlier.where} or ` : ''}(${condition.join(' and ')})`,
      named: (earlier?.named ?? 0) + 1,
    });
  }
  return { ...resolved, problems: [...new Set(resolved.problems)] };
}

/** A constant without a type takes the column's, and its index. */
function equals(column: string, value: string | number): string {
  return `${quoteIdentifier(column)} = ${quoteLiteral(String(value))}`;
}

function checkKey(table: TableDefinition, root: TableDefinition, key: KeptRow['key']): string | undefined {
  const label = relationLabel(table);
  if (root !== table) return `${label} is a partition: name ${relationLabel(root)}`;
  if (table.kind === 'foreign' || table.extension !== undefined) return `the rows of ${label} are not masked`;
  const names = table.columns.map(({ name }) => name);
  const unknown = Object.keys(key).find((name) => !names.includes(name));
  if (unknown !== undefined) return `there is no column ${unknown} in ${label}${nearest(unknown, names)}`;
  const unique = table.uniqueKeys.filter(({ isPartial, isExpression }) => !isPartial && !isExpression);
  if (unique.some(({ columns }) => columns.every((column) => Object.hasOwn(key, column)))) return undefined;
  const keys = unique.map(({ columns }) => columns.join(', '));
  return `${Object.keys(key).join(', ')} is no unique key of ${label}${keys.length > 0 ? `: name ${keys.join(', or ')}` : ''}`;
}

/** What other rows are masked to must neither need the kept value nor be able to equal it. */
function checkMasked(
  label: string,
  rules: ReadonlyMap<string, ColumnRule>,
  isTied: (column: string) => boolean,
): string | undefined {
  for (const [column, { type, isUnique }] of rules) {
    if (isTied(column))
      return `rows of ${label} cannot stay: ${column} is masked, and a foreign key ties it to columns that would be masked alike`;
    if (isUnique && GENERATORS[type]?.injective && !MAKES_NOTHING_REAL.includes(type))
      return `rows of ${label} cannot stay: ${column} is unique, and what ${type} makes of another row could be a kept value`;
  }
  return undefined;
}

/** Unique values that no production has. */
const MAKES_NOTHING_REAL: readonly AnonymizationType[] = ['email', 'guestEmail', 'uuid', 'username', 'token'];
