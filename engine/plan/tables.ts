import type { ColumnPlan, ColumnRule, TablePlan } from '../../contracts/plan.js';
import { type RelationName, relationLabel } from '../../contracts/relations.js';
import type { ColumnDefinition, TableDefinition, TypeShape } from '../../contracts/schema.js';
import { createPartitionTree } from './partition-tree.js';

/** By `schema.table`, then by column. */
export type RulesByTable = Map<string, Map<string, ColumnRule>>;

export interface PlanTablesInput {
  /** Of the whole schema. */
  tables: readonly TableDefinition[];
  isCopied(table: TableDefinition): boolean;
  /** By precedence: the last one that says something about a column decides. */
  rules: readonly ReadonlyMap<string, ReadonlyMap<string, ColumnRule>>[];
}

/** What is read and written of each table that holds rows of its own. */
export function planTables({ tables, isCopied, rules }: PlanTablesInput): TablePlan[] {
  const ruleOf = (label: string, column: string) =>
    rules.map((of) => of.get(label)?.get(column)).findLast((rule) => rule !== undefined);
  const routesOf = createRoutes(tables, ruleOf);
  return tables
    .filter((table) => table.kind === 'table' && isCopied(table))
    .map((table) => {
      const label = relationLabel(table);
      const copied = table.columns.filter(({ generated }) => !generated);
      const columns = copied.map((column) => columnPlan(column, ruleOf(label, column.name)));
      const into = routesOf(table);
      const where = table.extensionFilter?.replace(/^\s*where\s+/i, '').trim();
      return {
        schema: table.schema,
        name: table.name,
        ...(into && { into }),
        columns,
        wire: isBinary(copied, columns) ? ('binary' as const) : ('text' as const),
        ...(where && { where }),
        estimatedRows: Math.max(0, Math.round(table.estimatedRows)),
        sizeBytes: table.sizeBytes,
      };
    });
}

function columnPlan({ name, shape }: ColumnDefinition, rule: ColumnRule | undefined): ColumnPlan {
  return rule && rule.type !== 'keep' ? { name, shape, rule } : { name, shape };
}

/** Bytes pass untouched when nothing is masked and every type's binary form means the same in another database. */
function isBinary(copied: readonly ColumnDefinition[], columns: readonly ColumnPlan[]): boolean {
  return columns.every(({ rule }) => !rule) && copied.every(({ isBinaryPortable }) => isBinaryPortable);
}

/**
 * Where a row of the source need not belong to the same partition in the target, PostgreSQL routes it, from the root: when masking changes
 * what divides the table, and when a hash does that is not the same there. All partitions of a root go one way, so that its rows can be counted.
 */
function createRoutes(
  tables: readonly TableDefinition[],
  ruleOf: (label: string, column: string) => ColumnRule | undefined,
): (table: TableDefinition) => RelationName | undefined {
  const tree = createPartitionTree(tables);
  const mayMove = (table: TableDefinition) =>
    (table.partitionKey ?? []).some((name) => {
      const rule = ruleOf(relationLabel(table), name);
      const column = table.columns.find((candidate) => candidate.name === name);
      const isHashOfOids = table.partitionStrategy === 'hash' && column !== undefined && holdsEnum(column.shape);
      return (rule !== undefined && rule.type !== 'keep') || isHashOfOids;
    });
  const routed = new Set(
    tables
      .filter(({ kind }) => kind === 'partitioned')
      .flatMap((table) => (mayMove(table) ? [tree.rootOf(table)] : [])),
  );
  return (table) => {
    const root = tree.rootOf(table);
    return root !== table && routed.has(root) ? { schema: root.schema, name: root.name } : undefined;
  };
}

/** The hash of an enum's value is that of its OID. */
function holdsEnum(shape: TypeShape): boolean {
  switch (shape.kind) {
    case 'enum':
      return true;
    case 'array':
      return holdsEnum(shape.element);
    case 'range':
      return holdsEnum(shape.subtype);
    case 'composite':
      return shape.fields.some(({ type }) => holdsEnum(type));
    case 'scalar':
      return false;
  }
}
