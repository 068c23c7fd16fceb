import { type ColumnReference, type ColumnRule, columnsReadBy } from '../../contracts/plan.js';
import { relationLabel } from '../../contracts/relations.js';
import { type ColumnFacts, columnKey, type TableFacts } from './column-facts.js';
import { findTable } from './find-table.js';
import { TEXT_TYPES } from './generator.js';
import { GENERATORS } from './generators/index.js';
import { nearest } from './nearest.js';

export interface ResolveReferencesInput {
  /** By `columnKey`. */
  decided: ReadonlyMap<string, ColumnRule>;
  /** Of `reference` rules, by `columnKey`: by type, the column as people write it. */
  references: ReadonlyMap<string, Record<string, string>>;
  facts: TableFacts;
}

/** Gives each `reference` rule the rules of the columns that it leads to, so that values are masked alike on both ends. */
export function resolveReferences({ decided, references, facts }: ResolveReferencesInput): {
  rules: Map<string, ColumnRule>;
  problems: string[];
} {
  const rules = new Map(decided);
  const problems: string[] = [];
  for (const [key, written] of references) {
    const [own, rule] = [facts.columns.get(key), decided.get(key)];
    if (!own || !rule) continue;
    const found: Record<string, ColumnReference> = {};
    for (const [type, name] of Object.entries(written)) {
      const reference = findReference(name, decided, facts);
      const problem = typeof reference === 'string' ? reference : mismatch(own, reference);
      if (problem) problems.push(`column ${own.column.name} of ${own.table}: its reference ${type}: ${problem}`);
      else if (typeof reference !== 'string') found[type] = reference;
    }
    rules.set(key, { ...rule, references: found });
  }
  return { rules, problems };
}

/** What a person's `schema.table.column` names, or why it names nothing. */
function findReference(
  written: string,
  decided: ResolveReferencesInput['decided'],
  { tables, rootOf, columns }: TableFacts,
): ColumnReference | string {
  const dot = written.lastIndexOf('.');
  const column = written.slice(dot + 1);
  const found = findTable(written.slice(0, dot), tables);
  if ('problem' in found) return found.problem;
  const root = rootOf(found.table);
  const label = relationLabel(root);
  const key = columnKey(label, column);
  const facts = columns.get(key);
  if (!facts) {
    const names = root.columns.flatMap(({ name, generated }) => (generated ? [] : [name]));
    return `there is no column ${column} to lead to in ${label}${nearest(column, names)}`;
  }
  const rule = decided.get(key);
  const { schema, name } = root;
  return { table: { schema, name }, column, shape: facts.column.shape, ...(rule && { rule }) };
}

/** Why values of a column cannot be those of another, or undefined. */
function mismatch(
  { column, isUnique }: ColumnFacts,
  { table, column: name, shape, rule }: ColumnReference,
): string | undefined {
  if (!rule) return undefined;
  const place = `${relationLabel(table)}.${name}`;
  if (rule.type === 'reference' || columnsReadBy(rule).length > 0)
    return `the rule of ${place} reads other columns of its row`;
  const scalar = column.shape.kind === 'scalar' ? column.shape.name : '';
  const isSame = shape.kind === 'scalar' && shape.name === scalar;
  if (!isSame && !TEXT_TYPES.includes(scalar)) return `${column.type} cannot hold what ${place} becomes (${rule.type})`;
  const room = rule.maxLength ?? ROOM;
  if (column.maxLength !== undefined && column.maxLength < room)
    return `${place} has room for ${rule.maxLength ?? 'any number of'} characters, and this one for ${column.maxLength}`;
  const isInjective = rule.isUnique || GENERATORS[rule.type]?.injective;
  return isUnique && !isInjective
    ? `what ${place} becomes (${rule.type}) is not different for different values`
    : undefined;
}

/** Characters that every generator's value of a few words fits into. */
const ROOM = 64;
