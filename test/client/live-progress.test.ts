import { expect, test } from 'vitest';
import { createLiveProgress } from '../../client/live-progress.js';
import type { CloneOperation, CopyProgress } from '../../contracts/clone.js';

const MB = 1_000_000;

test('what the copies under way have done counts, and their tables are the current ones', () => {
  const operation = copying({ doneBytes: 100 * MB, doneRows: 10, current: ['public.a', 'public.b'] });
  const merged = createLiveProgress().merge(operation, [
    { unit: 4, table: 'public.b', rows: 5, bytes: 100 * MB },
    { unit: 7, table: 'public.c', rows: 0, bytes: 50 * MB },
  ]);
  expect(merged).toMatchObject({ progress: 18 + 31, copy: { doneBytes: 250 * MB, doneRows: 15 } });
  expect(merged.copy?.current).toEqual(['public.b', 'public.c', 'public.a']);
  expect(merged.copy?.running).toHaveLength(2);
});

test('the rate and the time left are those of the last half minute', () => {
  const live = createLiveProgress();
  const look = (second: number, doneBytes: number) => live.merge(copying({ doneBytes }), [], second * 1000).copy;
  expect(look(0, 0)).not.toHaveProperty('bytesPerSecond');
  expect(look(3, 30 * MB)).not.toHaveProperty('etaSeconds');
  expect(look(10, 100 * MB)).toMatchObject({ bytesPerSecond: 10 * MB, etaSeconds: 40 });
  for (let second = 11; second <= 60; second++) look(second, 100 * MB + (second - 10) * MB);
  expect(look(61, 151 * MB)).toMatchObject({ bytesPerSecond: MB, etaSeconds: 349 });
});

test('while nothing moves there is a rate of 0 and no time left', () => {
  const live = createLiveProgress();
  live.merge(copying({ doneBytes: 5 }), [], 0);
  const { copy } = live.merge(copying({ doneBytes: 5 }), [], 9_000);
  expect(copy?.bytesPerSecond).toBe(0);
  expect(copy).not.toHaveProperty('etaSeconds');
});

test('a copy that begins again from a new snapshot has a rate of its own', () => {
  const live = createLiveProgress();
  live.merge(copying({ doneBytes: 400 * MB }), [], 0);
  live.merge(copying({ doneBytes: 0 }), [], 10_000);
  expect(live.merge(copying({ doneBytes: 20 * MB }), [], 20_000).copy?.bytesPerSecond).toBe(2 * MB);
});

test('a copy that is longer than its tables on disk is never more than they are', () => {
  const beat = { unit: 3, table: 'public.packed', rows: 1, bytes: 900 * MB };
  const { copy } = createLiveProgress().merge(copying({ doneBytes: 100 * MB, currentSizes: { 3: 50 * MB } }), [beat]);
  expect(copy?.doneBytes).toBe(150 * MB);
  expect(createLiveProgress().merge(copying({ doneBytes: 100 * MB }), [beat])).toMatchObject({
    progress: 80,
    copy: { doneBytes: 500 * MB },
  });
});

test('before and after the copy an operation is what its workflow says', () => {
  const { copy: _, ...planned } = copying({});
  const finishing: CloneOperation = { ...copying({}), stage: 'finish' };
  const live = createLiveProgress();
  expect(live.merge(planned, [])).toBe(planned);
  expect(live.merge(finishing, [{ unit: 0, table: 't', rows: 1, bytes: 1 }])).toBe(finishing);
});

function copying(copy: Partial<CopyProgress>): CloneOperation {
  return {
    id: 'clone-test',
    sourceEnvironment: 'production',
    targetEnvironment: 'test',
    status: 'in_progress',
    stage: 'copy',
    paused: false,
    progress: 18,
    startedAt: '2026-01-01T00:00:00.000Z',
    logs: [],
    statistics: {
      tablesCloned: 0,
      recordsCloned: 0,
      recordsAnonymized: 0,
      functionsCloned: 0,
      triggersCloned: 0,
      totalSizeCloned: '0 B',
      totalBytesCloned: 0,
      duration: 0,
    },
    copy: { tables: 3, doneTables: 0, sizeBytes: 500 * MB, doneBytes: 0, doneRows: 0, current: [], ...copy },
  };
}
