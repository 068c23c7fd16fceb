import { type RelationName, relationLabel } from '../../contracts/relations.js';
import type { ForeignKey, TableDefinition } from '../../contracts/schema.js';
import { createPartitionTree, type PartitionTree } from './partition-tree.js';

export interface EmptyTables {
  /** By `schema.table`, with the reason; partitions included. */
  emptied: Map<string, string>;
  /** By `schema.table`, then by column, with the reason; partitions included. */
  nulled: Map<string, Map<string, string>>;
}

/**
 * What else has to go when tables stay empty, until every foreign key holds: a key that leads to missing rows becomes null where it may,
 * and empties its own table where it may not. Keys that lead to a column made null lose their rows as well.
 */
export function spreadEmptiness(
  tables: readonly TableDefinition[],
  excluded: ReadonlyMap<string, string>,
): EmptyTables {
  const tree = createPartitionTree(tables);
  const state: EmptyTables = { emptied: new Map(), nulled: new Map() };
  for (const table of tables) {
    const reason = excluded.get(relationLabel(table));
    if (reason !== undefined) empty(state, tree, table, reason);
  }
  for (let hasChanged = true; hasChanged; ) {
    hasChanged = false;
    for (const table of tables) {
      for (const key of table.foreignKeys) hasChanged = satisfyKey(state, tree, table, key) || hasChanged;
    }
  }
  return state;
}

/** Only tables whose rows are copied can stay empty: an extension fills its own, and foreign ones are elsewhere. Returns whether it does now. */
function empty({ emptied }: EmptyTables, tree: PartitionTree, table: TableDefinition, reason: string): boolean {
  if (table.kind === 'foreign' || table.extension !== undefined) return false;
  const label = relationLabel(table);
  if (!emptied.has(label)) emptied.set(label, reason);
  for (const partition of tree.partitionsOf(table)) {
    const name = relationLabel(partition);
    if (partition.kind !== 'foreign' && !emptied.has(name)) emptied.set(name, `${label} stays empty`);
  }
  return true;
}

/** Returns whether anything had to change for the key. */
function satisfyKey(state: EmptyTables, tree: PartitionTree, table: TableDefinition, key: ForeignKey): boolean {
  const label = relationLabel(table);
  if (state.emptied.has(label)) return false;
  const reason = whyBroken(state, tree, label, key);
  if (reason === undefined) return false;
  const columns = columnsToNull(tree, table, key);
  if (columns.length === 0) return empty(state, tree, table, `${key.columns.join(', ')} cannot be null, and ${reason}`);
  const ofTable = state.nulled.get(label) ?? new Map<string, string>();
  for (const column of columns) if (!ofTable.has(column)) ofTable.set(column, reason);
  state.nulled.set(label, ofTable);
  return true;
}

/** MATCH SIMPLE holds with one null; MATCH FULL with nulls only, and not with some. */
function whyBroken(state: EmptyTables, tree: PartitionTree, label: string, key: ForeignKey): string | undefined {
  const nulls = key.columns.filter((column) => state.nulled.get(label)?.has(column));
  const isNull = key.isMatchFull ? nulls.length === key.columns.length : nulls.length > 0;
  if (isNull) return undefined;
  return nulls.length > 0 ? `${nulls.join(', ')} becomes null` : whyRowsAreMissing(state, tree, key);
}

function whyRowsAreMissing({ emptied, nulled }: EmptyTables, tree: PartitionTree, key: ForeignKey): string | undefined {
  const referenced = tree.get(relationLabel(key.references));
  if (!referenced) return undefined;
  for (const part of [referenced, ...tree.partitionsOf(referenced)].map(relationLabel)) {
    if (emptied.has(part)) return `${part} stays empty`;
    const column = key.referencedColumns.find((name) => nulled.get(part)?.has(name));
    if (column !== undefined) return `${column} of ${part} becomes null`;
  }
  return undefined;
}

/**
 * The columns that make the key hold, empty when there are none. A column that other keys need as well stays when another one does;
 * one that divides a table into partitions stays always, for its row would have to move.
 */
function columnsToNull(tree: PartitionTree, table: TableDefinition, key: ForeignKey): string[] {
  const dividing = new Set([table, ...tree.ancestorsOf(table)].flatMap(({ partitionKey }) => partitionKey ?? []));
  const nullsEqual = new Set(table.uniqueKeys.flatMap((unique) => (unique.areNullsEqual ? unique.columns : [])));
  const nullable = table.columns
    .filter(({ name, isNotNull, generated }) => key.columns.includes(name) && !isNotNull && !generated)
    .map(({ name }) => name)
    .filter((name) => !dividing.has(name) && !nullsEqual.has(name));
  if (key.isMatchFull) return nullable.length === key.columns.length ? nullable : [];
  const others = new Set(table.foreignKeys.flatMap((other) => (isSameKey(other, key) ? [] : other.columns)));
  const own = nullable.filter((name) => !others.has(name));
  return own.length > 0 ? own : nullable;
}

function isSameKey(one: ForeignKey, other: ForeignKey): boolean {
  return one.columns.join('\0') === other.columns.join('\0');
}

/** The nulled columns of a table that is no partition, or whose root keeps them. */
export function listNulled(
  tables: readonly TableDefinition[],
  { nulled, emptied }: EmptyTables,
): { table: string; column: string; reason: string }[] {
  const tree = createPartitionTree(tables);
  const hasNulled = (table: RelationName, column: string) => nulled.get(relationLabel(table))?.has(column) ?? false;
  return tables.flatMap((definition) => {
    const table = relationLabel(definition);
    if (emptied.has(table)) return [];
    return [...(nulled.get(table) ?? [])].flatMap(([column, reason]) =>
      tree.ancestorsOf(definition).some((ancestor) => hasNulled(ancestor, column)) ? [] : [{ table, column, reason }],
    );
  });
}
