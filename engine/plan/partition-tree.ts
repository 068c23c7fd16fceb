import { relationLabel } from '../../contracts/relations.js';
import type { TableDefinition } from '../../contracts/schema.js';

/** Who is a partition of whom, over several levels. */
export interface PartitionTree {
  get(label: string): TableDefinition | undefined;
  /** The partitioned tables above a table, the nearest first. */
  ancestorsOf(table: TableDefinition): TableDefinition[];
  /** The partitions below a table, at every level. */
  partitionsOf(table: TableDefinition): TableDefinition[];
  /** The top of the tree; the table itself when it is no partition. */
  rootOf(table: TableDefinition): TableDefinition;
}

export function createPartitionTree(tables: readonly TableDefinition[]): PartitionTree {
  const byLabel = new Map(tables.map((table) => [relationLabel(table), table]));
  const children = new Map<string, TableDefinition[]>();
  for (const table of tables) {
    if (!table.partitionOf) continue;
    const parent = relationLabel(table.partitionOf);
    const siblings = children.get(parent);
    if (siblings) siblings.push(table);
    else children.set(parent, [table]);
  }

  function ancestorsOf({ partitionOf }: TableDefinition): TableDefinition[] {
    const parent = partitionOf && byLabel.get(relationLabel(partitionOf));
    return parent ? [parent, ...ancestorsOf(parent)] : [];
  }

  function partitionsOf(table: TableDefinition): TableDefinition[] {
    return (children.get(relationLabel(table)) ?? []).flatMap((child) => [child, ...partitionsOf(child)]);
  }

  return {
    get: (label) => byLabel.get(label),
    ancestorsOf,
    partitionsOf,
    rootOf: (table) => ancestorsOf(table).at(-1) ?? table,
  };
}
