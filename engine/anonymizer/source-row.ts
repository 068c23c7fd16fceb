import { columnsRead, type TablePlan } from '../../contracts/plan.js';
import type { TypeShape } from '../../contracts/schema.js';
import type { ValueMasker } from '../../contracts/value-masker.js';
import { withoutPadding } from './padding.js';

/** Values of one row as the source has them, those of char(n) without their padding, for rules that read other columns than their own. One pass of rows has one of these. */
export interface SourceRow {
  /** NULL also before its column was passed. */
  valueOf(column: string): string | null;
  /** The column's masker, and on its way the value is kept; the masker alone where nobody reads the column. */
  watch(column: string, masker: ValueMasker | undefined): ValueMasker | undefined;
  /** The row by its key, for messages: ` (id 7)`. Empty where the plan has no key that may be told. */
  describe(): string;
  /** Forgets the row. Absent where there is nothing to forget. */
  end: (() => void) | undefined;
}

export function createSourceRow(table: Pick<TablePlan, 'columns' | 'rowKey'>): SourceRow {
  const read = columnsRead(table);
  const padded = new Set(table.columns.filter(({ shape }) => isPadded(shape)).map(({ name }) => name));
  const values = new Map<string, string>();
  return {
    valueOf: (column) => values.get(column) ?? null,
    watch(column, masker) {
      if (!read.has(column)) return masker;
      const watching: ValueMasker = (value) => {
        values.set(column, padded.has(column) ? withoutPadding(value) : value);
        return masker ? masker(value) : value;
      };
      watching.keeps = masker === undefined;
      return watching;
    },
    describe() {
      const known = (table.rowKey ?? []).filter((column) => values.has(column));
      return known.length > 0 ? ` (${known.map((column) => `${column} ${values.get(column)}`).join(', ')})` : '';
    },
    end: read.size > 0 ? () => values.clear() : undefined,
  };
}

function isPadded(shape: TypeShape): boolean {
  return shape.kind === 'scalar' && shape.name === 'bpchar';
}
