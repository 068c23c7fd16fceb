import { PassThrough } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import { afterEach, expect, test, vi } from 'vitest';
import { createProgress } from '../../client/cli/progress.js';
import type { CloneOperation } from '../../contracts/clone.js';

afterEach(() => void vi.useRealTimers());

test('a bar on a terminal names the table, the share, the rate and the time left on one line', () => {
  const { stream, written } = recording({ isTTY: true, columns: 120 });
  createProgress(stream).show(COPYING);
  expect(stripVTControlCharacters(written())).toMatch(
    /^\r█+░+ {2}49 % copy public\.messages \+2, 84\.2 MB\/s, 4 min 05 s left, 12\/40 tables/,
  );
  expect(written()).not.toContain('\n');
});

test('a bar fits a narrow terminal, and what is cut off is at its end', () => {
  const { stream, written } = recording({ isTTY: true, columns: 90 });
  const current = [`public.${'long_'.repeat(20)}`];
  createProgress(stream).show({ ...COPYING, ...(COPYING.copy && { copy: { ...COPYING.copy, current } }) });
  const shown = written().replace('\r\u001b[2K', '');
  expect(shown).toHaveLength(89);
  expect(shown).toMatch(/long_l?o?n?g?_?…, 84\.2 MB\/s/);
});

test('elsewhere there is a line when the stage changes and one every ten seconds', () => {
  vi.useFakeTimers();
  const { stream, written } = recording({});
  const progress = createProgress(stream);
  progress.show({ ...COPYING, stage: 'migrate' });
  for (let second = 0; second < 25; second++) {
    progress.show(COPYING);
    vi.advanceTimersByTime(1_000);
  }
  const lines = written().trim().split('\n');
  expect(lines.map((line) => line.match(/migrate|copy/)?.[0])).toEqual(['migrate', 'copy', 'copy', 'copy']);
  expect(lines[1]).toContain('49 % copy public.messages +2, 84.2 MB/s, 4 min 05 s left');
});

test('a copy that the source holds back says what it waits for', () => {
  const { stream, written } = recording({});
  const beat = { unit: 1, table: 'public.messages', rows: 1, bytes: 1, waitsFor: 'production: 40 s behind' };
  createProgress(stream).show({ ...COPYING, ...(COPYING.copy && { copy: { ...COPYING.copy, running: [beat] } }) });
  expect(written()).toContain('copy waits (production: 40 s behind), public.messages');
});

test('before there is a rate, none is shown', () => {
  const { stream, written } = recording({});
  createProgress(stream).show({
    ...COPYING,
    copy: { tables: 2, doneTables: 0, sizeBytes: 1, doneBytes: 0, doneRows: 1234, current: [] },
  });
  expect(written()).toBe(' 49 % copy 0/2 tables, 1 234 rows\n');
});

const COPYING: CloneOperation = {
  id: 'clone-test',
  sourceEnvironment: 'production',
  targetEnvironment: 'test',
  status: 'in_progress',
  stage: 'copy',
  paused: false,
  progress: 49,
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
  copy: {
    tables: 40,
    doneTables: 12,
    sizeBytes: 40e9,
    doneBytes: 20e9,
    doneRows: 1_234_567,
    current: ['public.messages', 'public.guests', 'audit.logs'],
    bytesPerSecond: 84_200_000,
    etaSeconds: 245,
  },
};

function recording(terminal: { isTTY?: boolean; columns?: number }) {
  const chunks: string[] = [];
  const stream = new PassThrough();
  stream.on('data', (chunk) => chunks.push(String(chunk)));
  return {
    stream: Object.assign(stream, terminal) as unknown as NodeJS.WriteStream,
    written: () => {
      for (let chunk = stream.read(); chunk !== null; chunk = stream.read()) chunks.push(String(chunk));
      return chunks.join('');
    },
  };
}
