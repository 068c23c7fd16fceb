import { expect, test } from 'vitest';
import type { TablePlan } from '../../contracts/plan.js';
import { pageRanges, splitTable } from '../../engine/plan/chunks.js';
import { planUnits } from '../../engine/plan/copy-units.js';
import { summarizePlan } from '../../engine/plan/summarize-plan.js';
import { createDatabase } from '../support/databases.js';

const GIBIBYTE = 1024 ** 3;
const PAGE = 8192;

test.each([15, 17, 18] as const)(
  'page ranges hold every row once on PostgreSQL %i, those that came later too',
  async (major) => {
    await using database = await createDatabase({
      major,
      sql: `create table facts (id integer, filler text);
      insert into facts select i, repeat('x', 200) from generate_series(1, 2000) i;
      delete from facts where id % 3 = 0`,
    });
    const [pages = 0] = await database.column<number>(`select (pg_relation_size('facts') / ${PAGE})::int`);
    await database.run(`insert into facts select 2000 + i, repeat('y', 200) from generate_series(1, 500) i`);
    const ids: number[] = [];
    for (const { where } of pageRanges(pages, 7))
      ids.push(...(await database.column<number>(`select id from only facts where ${where}`)));

    const all = await database.column<number>('select id from facts order by id');
    expect(ids.sort((a, b) => a - b)).toEqual(all);
    expect(pageRanges(pages, 7)).toHaveLength(7);
  },
);

test.each([
  { what: 'less than a gibibyte', table: { sizeBytes: GIBIBYTE - 1, pages: 100_000 } },
  { what: 'no pages to go by', table: { sizeBytes: 10 * GIBIBYTE } },
  {
    what: 'rows that are routed',
    table: { sizeBytes: 10 * GIBIBYTE, pages: 100_000, into: { schema: 'public', name: 'root' } },
  },
  { what: 'a filter of its own', table: { sizeBytes: 10 * GIBIBYTE, pages: 100_000, where: 'id > 5' } },
])('a table with $what stays in one transaction', ({ table }) => {
  expect(splitTable(plan(table))).toBeUndefined();
});

test('a table of ten gibibytes is shared by at least eight units', () => {
  const units = splitTable(plan({ sizeBytes: 10 * GIBIBYTE, pages: (10 * GIBIBYTE) / PAGE })) ?? [];
  expect(units.length).toBeGreaterThanOrEqual(8);
  const ranges = units.flatMap((unit) => unit.ranges ?? []);
  expect(ranges.map(({ chunk }) => chunk)).toEqual([...ranges.keys()]);
  expect(units.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)).toBeCloseTo(10 * GIBIBYTE, -3);
});

test('ten thousand tables and ten tebibytes stay a small number of units, and what the workflow knows of them small', () => {
  const many = planUnits(Array.from({ length: 10_000 }, (_, at) => plan({ name: `table_${at}`, sizeBytes: 40_000 })));
  const vast = planUnits([plan({ sizeBytes: 10 * 1024 * GIBIBYTE, pages: (10 * 1024 * GIBIBYTE) / PAGE })]);
  expect(many.length).toBe(200);
  expect(vast.length).toBeLessThan(700);
  const summary = summarizePlan({ units: [...many, ...vast], lanes: 4, warnings: [] } as never, {} as never);
  expect(JSON.stringify(summary).length).toBeLessThan(1024 * 1024);
  expect(summary.tables).toBe(10_001);
});

function plan(table: Partial<TablePlan>): TablePlan {
  return { schema: 'public', name: 'facts', columns: [], wire: 'binary', estimatedRows: 0, sizeBytes: 0, ...table };
}
