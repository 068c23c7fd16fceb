import { relationLabel } from '../../contracts/relations.js';
import { columnKey, type TableFacts } from './column-facts.js';

/** Columns that foreign keys tie together: their values have to be masked alike. */
export interface ColumnGroups {
  /** The keys of all columns in a column's group, itself included; referenced columns come first. */
  of(key: string): string[];
}

export function groupColumns({ tables, rootOf, columns }: TableFacts): ColumnGroups {
  const parents = new Map<string, string>();
  const find = (key: string): string => {
    let root = key;
    for (let up = parents.get(root); up !== undefined; up = parents.get(root)) root = up;
    return root;
  };
  const members = new Map<string, string[]>();
  for (const table of tables.values()) {
    const label = relationLabel(rootOf(table));
    for (const { references, columns: referencing, referencedColumns } of table.foreignKeys) {
      const referenced = tables.get(relationLabel(references));
      if (!referenced) continue;
      const referencedLabel = relationLabel(rootOf(referenced));
      for (const [index, column] of referencing.entries()) {
        const child = columnKey(label, column);
        const parent = columnKey(referencedLabel, referencedColumns[index] ?? '');
        if (columns.has(child) && columns.has(parent)) join(find(parent), find(child));
      }
    }
  }
  return { of: (key) => members.get(find(key)) ?? [key] };

  function join(parent: string, child: string): void {
    if (parent === child) return;
    parents.set(child, parent);
    members.set(parent, [...(members.get(parent) ?? [parent]), ...(members.get(child) ?? [child])]);
    members.delete(child);
  }
}
