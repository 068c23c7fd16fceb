import { relationLabel } from '../../contracts/relations.js';
import type { ColumnDefinition, SchemaDefinition, TableDefinition, TypeShape } from '../../contracts/schema.js';
import { uniqueness } from './uniqueness.js';

/** Types that hold no words: nothing in them needs a decision. What is not listed here does, unknown types included. */
const WORDLESS_TYPES = new Set(
  `bool int2 int4 int8 float4 float8 numeric money date time timetz timestamp timestamptz interval uuid oid xid xid8 cid tid bit varbit
   point line lseg box path polygon circle pg_lsn regclass regproc regprocedure regoper regoperator regtype regrole regnamespace
   regconfig regdictionary int2vector oidvector vector halfvec char`.split(/\s+/),
);

/** Whether values of a type can hold words, numbers of people or anything else that somebody has to decide about. */
export function isTextLike(shape: TypeShape): boolean {
  switch (shape.kind) {
    case 'scalar':
      return !WORDLESS_TYPES.has(shape.name);
    case 'enum':
      return false;
    case 'array':
      return isTextLike(shape.element);
    case 'composite':
      return shape.fields.some(({ type }) => isTextLike(type));
    case 'range':
      return isTextLike(shape.subtype);
  }
}

/** A column that clones copy and rules may name. */
export interface ColumnFacts {
  /** `schema.table`: of a partition, its root's. */
  table: string;
  column: ColumnDefinition;
  /** The root table. */
  owner: TableDefinition;
  isUnique: boolean;
  /** Unique by it, or whatever it is. Absent: nothing depends on it. */
  letterCase?: 'distinguishes' | 'ignored';
  /** An expression of a unique index from which equal values cannot be told to be different: `substr(code, 1, 4)`. */
  uniqueBy?: string;
}

export interface TableFacts {
  /** By `schema.table`. */
  tables: Map<string, TableDefinition>;
  /** The root of a table's partition tree; the table itself when it is no partition. */
  rootOf(table: TableDefinition): TableDefinition;
  /** Every copied column of tables that are no partitions, by `columnKey`. */
  columns: Map<string, ColumnFacts>;
}

/** Identifies a column; NUL is in no name. */
export function columnKey(table: string, column: string): string {
  return `${table}\0${column}`;
}

export function collectFacts({ tables }: SchemaDefinition): TableFacts {
  const byLabel = new Map(tables.map((table) => [relationLabel(table), table]));
  const rootOf = (table: TableDefinition): TableDefinition => {
    const parent = table.partitionOf && byLabel.get(relationLabel(table.partitionOf));
    return parent ? rootOf(parent) : table;
  };
  const uniqueColumns = collectUniqueColumns(tables, rootOf);
  const keysOf = (root: TableDefinition) =>
    tables.filter((table) => rootOf(table) === root).flatMap(({ uniqueKeys }) => uniqueKeys);
  const columns = new Map<string, ColumnFacts>();
  for (const owner of tables) {
    if (rootOf(owner) !== owner || !hasCopiedRows(owner)) continue;
    const table = relationLabel(owner);
    const keys = keysOf(owner);
    for (const column of owner.columns) {
      if (column.generated) continue;
      const key = columnKey(table, column.name);
      columns.set(key, { table, column, owner, isUnique: uniqueColumns.has(key), ...uniqueness(table, column, keys) });
    }
  }
  return { tables: byLabel, rootOf, columns };
}

/** Foreign tables and tables of extensions keep their rows to themselves. */
function hasCopiedRows({ kind, extension, extensionFilter }: TableDefinition): boolean {
  return kind !== 'foreign' && (extension === undefined || extensionFilter !== undefined);
}

/** A key of a partition alone binds its root's column too: the rule is the root's. */
function collectUniqueColumns(tables: TableDefinition[], rootOf: TableFacts['rootOf']): Set<string> {
  const unique = new Set<string>();
  for (const table of tables) {
    const label = relationLabel(rootOf(table));
    for (const key of table.uniqueKeys) for (const column of key.columns) unique.add(columnKey(label, column));
  }
  return unique;
}
