import { expect, test } from 'vitest';
import type { AnonymizationType } from '../../contracts/anonymization.js';
import { decideColumns } from '../../engine/anonymizer/decide-columns.js';
import { narrowColumns } from '../../engine/anonymizer/narrow-columns.js';
import { column, schema, table } from './builders.js';

function warningsFor(
  anonymizationType: AnonymizationType,
  { maxLength, rows, unique = ['code'] }: { maxLength?: number; rows: number; unique?: string[] },
): string[] {
  const code = column('code', maxLength === undefined ? {} : { maxLength });
  const source = schema(table('public.lofts', { columns: [code], unique, estimatedRows: rows }));
  const rules = [{ tableName: 'lofts', columnName: 'code', anonymizationType }];
  const decided = decideColumns({ schema: source, rules, generators: [] });
  expect(decided.problems).toEqual([]);
  return narrowColumns(source, decided.rules);
}

test.each(['formatPreserving', 'accountNumber', 'cardNumber'] as const)(
  'a unique column that is too short for the hashes of %s is warned of',
  (type) => {
    expect(warningsFor(type, { maxLength: 5, rows: 5_000 })).toEqual([
      expect.stringContaining('column code of public.lofts: of values with letters beyond a to z'),
    ]);
  },
);

test('a column with room, with few rows, or that is not unique is not', () => {
  expect(warningsFor('formatPreserving', { maxLength: 8, rows: 5_000 })).toEqual([]);
  expect(warningsFor('formatPreserving', { maxLength: 5, rows: 100 })).toEqual([]);
  expect(warningsFor('formatPreserving', { rows: 1e9 })).toEqual([]);
  expect(warningsFor('formatPreserving', { maxLength: 5, rows: 5_000, unique: [] })).toEqual([]);
});
