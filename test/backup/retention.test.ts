import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { RestorePointSummary } from '../../contracts/backup.js';
import { excessPoints } from '../../engine/backup/retention.js';

const NOW = Date.parse('2026-03-01T00:00:00Z');
const DAY_MS = 86_400_000;

/** Newest first: each a day older than the one before. */
function pointsOf(sizes: readonly number[], damaged: readonly number[] = []): RestorePointSummary[] {
  return sizes.map((sizeBytes, index) => ({
    environment: 'test',
    id: String(index),
    createdAt: new Date(NOW - index * DAY_MS - 1).toISOString(),
    operation: 'o',
    kind: 'archive',
    tables: 1,
    records: 1,
    sizeBytes,
    ...(damaged.includes(index) && { verification: { at: '', result: 'damaged' as const } }),
  }));
}

const gone = (
  points: RestorePointSummary[],
  retention: Parameters<typeof excessPoints>[0]['retention'],
  needed: string[] = [],
) =>
  excessPoints({ points, retention, needed: new Set(needed), nowMs: NOW }).map(
    ({ point, why }) => `${point.id} ${why}`,
  );

test('without limits nothing goes', () => {
  expect(gone(pointsOf([1, 1, 1]), {})).toEqual([]);
});

test('each limit lets the oldest go', () => {
  const points = pointsOf([10, 10, 10, 10]);
  expect(gone(points, { keep: 2 })).toEqual(['3 too many', '2 too many']);
  expect(gone(points, { days: 2 })).toEqual(['3 too old', '2 too old']);
  expect(gone(points, { maxSizeBytes: 30 })).toEqual(['3 too large together']);
  expect(gone(points, { keep: 3, maxSizeBytes: 15 })).toEqual([
    '3 too many',
    '2 too large together',
    '1 too large together',
  ]);
});

test('databases have a limit of their own, archives beside them do not count', () => {
  const points = pointsOf([10, 10, 10, 10]).map((point, index) => ({
    ...point,
    kind: index === 1 ? ('archive' as const) : ('database' as const),
  }));
  expect(gone(points, { databases: 2 })).toEqual(['3 too many']);
  expect(gone(points, { databases: 1 })).toEqual(['3 too many', '2 too many']);
});

test('the newest that is not damaged stays, whatever the limits say', () => {
  expect(gone(pointsOf([10]), { days: 0.000001, maxSizeBytes: 1 })).toEqual([]);
  expect(gone(pointsOf([10, 10, 10], [0]), { keep: 1 })).toEqual(['2 too many', '0 too many']);
  expect(gone(pointsOf([10, 10, 10], [0]), { maxSizeBytes: 10 })).toEqual([
    '2 too large together',
    '0 too large together',
  ]);
});

test('what an operation needs stays', () => {
  expect(gone(pointsOf([10, 10, 10, 10]), { keep: 1 }, ['3'])).toEqual(['2 too many', '1 too many']);
});

test('what is left is within every limit, unless all of it has to stay', () => {
  const sizes = fc.array(fc.nat({ max: 100 }), { maxLength: 12 });
  const indexes = fc.array(fc.nat({ max: 11 }), { maxLength: 4 });
  const retentions = fc.record(
    {
      keep: fc.integer({ min: 1, max: 12 }),
      days: fc.integer({ min: 1, max: 12 }),
      maxSizeBytes: fc.nat({ max: 600 }),
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(sizes, indexes, indexes, retentions, (of, damaged, needed, retention) => {
      const points = pointsOf(of, damaged);
      const ids = new Set(needed.map(String));
      const excess = new Set(excessPoints({ points, retention, needed: ids, nowMs: NOW }).map(({ point }) => point));
      const left = points.filter((point) => !excess.has(point));
      const newestGood = points.find(({ verification }) => !verification);
      expect(left).toEqual(
        expect.arrayContaining([...points.filter(({ id }) => ids.has(id)), ...(newestGood ? [newestGood] : [])]),
      );
      const may = left.filter((point) => point !== newestGood && !ids.has(point.id));
      const { keep = 99, days = 99, maxSizeBytes = 1e9 } = retention;
      if (may.length === 0) return;
      expect(left.length).toBeLessThanOrEqual(keep);
      expect(left.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)).toBeLessThanOrEqual(maxSizeBytes);
      for (const { createdAt } of may) expect(NOW - Date.parse(createdAt)).toBeLessThanOrEqual(days * DAY_MS);
    }),
  );
});
