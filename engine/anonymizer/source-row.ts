import { columnsReadBy, type TablePlan } from '../../contracts/plan.js';
import type { ValueMasker } from '../../contracts/value-masker.js';

/** Values of one row as the source has them, for rules that read other columns than their own. One pass of rows has one of these. */
export interface SourceRow {
  /** NULL also before its column was passed. */
  valueOf(column: string): string | null;
  /** The column's masker, and on its way the value is kept; the masker alone where nobody reads the column. */
  watch(column: string, masker: ValueMasker | undefined): ValueMasker | undefined;
  /** Forgets the row. Absent where there is nothing to forget. */
  end: (() => void) | undefined;
}

export function createSourceRow({ columns }: Pick<TablePlan, 'columns'>): SourceRow {
  const read = new Set(columns.flatMap(({ rule }) => (rule ? columnsReadBy(rule) : [])));
  const values = new Map<string, string>();
  return {
    valueOf: (column) => values.get(column) ?? null,
    watch(column, masker) {
      if (!read.has(column)) return masker;
      const watching: ValueMasker = (value) => {
        values.set(column, value);
        return masker ? masker(value) : value;
      };
      watching.keeps = masker === undefined;
      return watching;
    },
    end: read.size > 0 ? () => values.clear() : undefined,
  };
}
