import type { ColumnPlan, TablePlan } from '../../contracts/plan.js';
import { type RelationName, relationLabel } from '../../contracts/relations.js';
import type { CopyProof } from '../../contracts/validation.js';
import { quoteRelation } from '../postgres/quote.js';

/** What has to be the same on both sides: one relation of the target, and what its rows were read from. */
export interface ChecksumSubject {
  /** `schema.table` of the target. */
  label: string;
  sources: RelationName[];
  target: RelationName;
  where?: string | undefined;
  columns: ColumnPlan[];
  sizeBytes: number;
}

/** One subject for each relation of the target, largest first. */
export function checksumSubjects(tables: readonly TablePlan[], proof: CopyProof): ChecksumSubject[] {
  const subjects = new Map<string, ChecksumSubject>();
  for (const table of tables) {
    const { schema, name, where, sizeBytes } = table;
    const target = table.into ?? { schema, name };
    const columns = proof === 'counts' ? [] : unmaskedColumns(table);
    const known = subjects.get(quoteRelation(target));
    subjects.set(quoteRelation(target), {
      label: relationLabel(target),
      sources: [...(known?.sources ?? []), { schema, name }],
      target,
      where,
      columns: known ? inBoth(known.columns, columns) : columns,
      sizeBytes: sizeBytes + (known?.sizeBytes ?? 0),
    });
  }
  return [...subjects.values()].sort((a, b) => b.sizeBytes - a.sizeBytes);
}

/** By name: partitions may have their columns in orders of their own. */
function unmaskedColumns({ columns }: TablePlan): ColumnPlan[] {
  return columns.filter(({ rule }) => !rule || rule.type === 'keep').sort((a, b) => (a.name < b.name ? -1 : 1));
}

function inBoth(some: readonly ColumnPlan[], others: readonly ColumnPlan[]): ColumnPlan[] {
  const names = new Set(others.map(({ name }) => name));
  return some.filter(({ name }) => names.has(name));
}
