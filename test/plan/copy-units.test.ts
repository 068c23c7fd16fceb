import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { TablePlan } from '../../contracts/plan.js';
import { planUnits } from '../../engine/plan/copy-units.js';

const MB = 1024 * 1024;

function tables(...sizes: number[]): TablePlan[] {
  return sizes.map((sizeBytes, at) => ({
    ...{ schema: 'public', name: `t${at}`, columns: [], wire: 'binary', estimatedRows: 0 },
    sizeBytes,
  }));
}

test('big tables are alone, small ones together, and the biggest comes first', () => {
  const units = planUnits(tables(MB, 200 * MB, 20 * MB, 40 * MB, 11 * MB));
  expect(units.map((unit) => unit.tables.map(({ name }) => name))).toEqual([['t1'], ['t3'], ['t2', 't4', 't0']]);
  expect(units.map(({ sizeBytes }) => sizeBytes / MB)).toEqual([200, 40, 32]);
});

test('a unit has at most fifty tables', () => {
  expect(planUnits(tables(...Array.from({ length: 120 }, () => 0))).map((unit) => unit.tables.length)).toEqual([
    50, 50, 20,
  ]);
});

test('tables that are written into one root stay together', () => {
  const into = { schema: 'public', name: 'root' };
  const units = planUnits(
    tables(100 * MB, 50 * MB, 90 * MB).map((table, at) => (at === 1 ? table : { ...table, into })),
  );
  expect(units.map((unit) => unit.tables.map(({ name }) => name))).toEqual([['t0', 't2'], ['t1']]);
});

test('every table is in exactly one unit, and units that could be one small one are few', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(100 * MB), { maxLength: 300 }), (sizes) => {
      const units = planUnits(tables(...sizes));
      const names = units.flatMap((unit) => unit.tables.map(({ name }) => name));
      expect(names.toSorted()).toEqual(sizes.map((_, at) => `t${at}`).toSorted());
      for (const { tables: own, sizeBytes } of units) {
        expect(sizeBytes).toBe(own.reduce((sum, table) => sum + table.sizeBytes, 0));
        if (own.length > 1) expect(sizeBytes).toBeLessThanOrEqual(32 * MB);
      }
      const sorted = units.map(({ sizeBytes }) => sizeBytes);
      expect(sorted).toEqual(sorted.toSorted((a, b) => b - a));
    }),
  );
});
