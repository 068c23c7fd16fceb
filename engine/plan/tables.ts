import { isBinaryMaskable } from '../../contracts/binary-maskable.js';
import { type ColumnPlan, type ColumnRule, columnsRead, isMasked, type TablePlan } from '../../contracts/plan.js';
import { type RelationName, relationLabel } from '../../contracts/relations.js';
import type { ColumnDefinition, TableDefinition, TypeShape } from '../../contracts/schema.js';
import { createPartitionTree, type PartitionTree } from './partition-tree.js';

/** By `schema.table`, then by column. */
export type RulesByTable = Map<string, Map<string, ColumnRule>>;

export interface PlanTablesInput {
  /** Of the whole schema. */
  tables: readonly TableDefinition[];
  isCopied(table: TableDefinition): boolean;
  /** By precedence: the last one that says something about a column decides. */
  rules: readonly ReadonlyMap<string, ReadonlyMap<string, ColumnRule>>[];
  /** By `schema.table`, of partitions their root's: SQL for the rows that no rule touches. Default: none. */
  keptRows?: ReadonlyMap<string, { where: string }>;
}

/** What is read and written of each table that holds rows of its own. */
export function planTables({ tables, isCopied, rules, keptRows: keptRowsOf }: PlanTablesInput): TablePlan[] {
  const ruleOf = (label: string, column: string) =>
    rules.map((of) => of.get(label)?.get(column)).findLast((rule) => rule !== undefined);
  const tree = createPartitionTree(tables);
  const routesOf = createRoutes(tables, tree, ruleOf);
  return tables
    .filter((table) => table.kind === 'table' && isCopied(table))
    .map((table) => {
      const label = relationLabel(table);
      const copied = table.columns.filter(({ generated }) => !generated);
      const planned = copied.map((column) => columnPlan(column, ruleOf(label, column.name)));
      const rowKey = rowKeyOf(table, planned);
      const read = columnsRead({ columns: planned, ...rowKey });
      const columns = readFirst(planned, read);
      const into = routesOf(table);
      const keptRows = keptRowsOf?.get(relationLabel(tree.rootOf(table)))?.where;
      const where = table.extensionFilter?.replace(/^\s*where\s+/i, '').trim();
      return {
        schema: table.schema,
        name: table.name,
        ...(into && { into }),
        columns,
        ...rowKey,
        wire: isBinary(copied, { columns, read }) ? ('binary' as const) : ('text' as const),
        ...(where && { where }),
        ...(keptRows !== undefined && columns.some(isMasked) && { keptRows }),
        estimatedRows: Math.max(0, Math.round(table.estimatedRows)),
        sizeBytes: table.sizeBytes,
        ...(table.pages !== undefined && { pages: table.pages }),
      };
    });
}

/** Rows are masked in one pass: what rules of other columns read comes before them. */
function readFirst(columns: readonly ColumnPlan[], read: ReadonlySet<string>): ColumnPlan[] {
  return [...columns.filter(({ name }) => read.has(name)), ...columns.filter(({ name }) => !read.has(name))];
}

/** The primary key, where it says nothing of a person. */
function rowKeyOf({ uniqueKeys }: TableDefinition, columns: readonly ColumnPlan[]): Pick<TablePlan, 'rowKey'> {
  if (!columns.some(({ rule }) => rule?.type === 'custom')) return {};
  const key = uniqueKeys.find(({ isPrimary }) => isPrimary)?.columns ?? [];
  const isPlain = (name: string) =>
    columns.some(
      (column) =>
        column.name === name && !column.rule && column.shape.kind === 'scalar' && KEY_TYPES.includes(column.shape.name),
    );
  return key.length > 0 && key.every(isPlain) ? { rowKey: key } : {};
}

const KEY_TYPES = ['int2', 'int4', 'int8', 'uuid'];

function columnPlan({ name, shape }: ColumnDefinition, rule: ColumnRule | undefined): ColumnPlan {
  return rule && rule.type !== 'keep' ? { name, shape, rule } : { name, shape };
}

/** Bytes travel as they are when every type's binary form means the same in another database, and can be read where it is masked. */
function isBinary(
  copied: readonly ColumnDefinition[],
  { columns, read }: { columns: readonly ColumnPlan[]; read: ReadonlySet<string> },
): boolean {
  const isReadable = ({ name, rule, shape }: ColumnPlan) =>
    (!rule || rule.type === 'null' || isMaskedInBinary(rule, shape)) &&
    (!read.has(name) || (shape.kind === 'scalar' && isBinaryMaskable(shape.name)));
  return columns.every(isReadable) && copied.every(({ isBinaryPortable }) => isBinaryPortable);
}

/** Arrays are masked element by element, but for rules about the whole value. */
function isMaskedInBinary({ type }: ColumnRule, shape: TypeShape): boolean {
  const scalar = shape.kind === 'array' && type !== 'constant' && type !== 'empty' ? shape.element : shape;
  return scalar.kind === 'scalar' && isBinaryMaskable(scalar.name);
}

/**
 * Where a row of the source need not belong to the same partition in the target, PostgreSQL routes it, from the root: when masking changes
 * what divides the table, and when OIDs divide it, which are others there. All partitions of a root go one way, so that its rows can be counted.
 */
function createRoutes(
  tables: readonly TableDefinition[],
  tree: PartitionTree,
  ruleOf: (label: string, column: string) => ColumnRule | undefined,
): (table: TableDefinition) => RelationName | undefined {
  const mayMove = (table: TableDefinition) =>
    // What type an expression has is not known here.
    (table.partitionStrategy === 'hash' && table.isPartitionedByExpression) ||
    (table.partitionKey ?? []).some((name) => {
      const rule = ruleOf(relationLabel(table), name);
      const column = table.columns.find((candidate) => candidate.name === name);
      const isByOid = column !== undefined && dividesByOid(table.partitionStrategy, column.shape);
      return (rule !== undefined && rule.type !== 'keep') || isByOid;
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

/** Hashes of enums and of `regclass` and its like are those of OIDs, and so is the order of the latter: this database's own. */
function dividesByOid(strategy: TableDefinition['partitionStrategy'], shape: TypeShape): boolean {
  switch (shape.kind) {
    case 'enum':
      return strategy === 'hash';
    case 'array':
      return dividesByOid(strategy, shape.element);
    case 'range':
      return dividesByOid(strategy, shape.subtype);
    case 'composite':
      return shape.fields.some(({ type }) => dividesByOid(strategy, type));
    case 'scalar':
      return strategy !== 'list' && /^reg[a-z]+$/.test(shape.name);
  }
}
