import { expect, test } from 'vitest';
import { formatBytes, formatCount, formatDuration } from '../../engine/monitoring/format.js';

test.each([
  [0, '0 B'],
  [999, '999 B'],
  [1_000, '1.0 kB'],
  [99_960, '100 kB'],
  [999_600, '1.0 MB'],
  [1_300_000_000, '1.3 GB'],
])('%i bytes read %s', (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});

test.each([
  [850, '850 ms'],
  [12_345, '12.3 s'],
  [59_970, '1 min 00 s'],
  [245_000, '4 min 05 s'],
  [3_599_900, '1 h 00 min'],
  [7_620_000, '2 h 07 min'],
])('%i milliseconds read %s', (milliseconds, text) => {
  expect(formatDuration(milliseconds)).toBe(text);
});

test('a count is grouped by thousands', () => {
  expect([7, 1000, 1234567].map(formatCount)).toEqual(['7', '1 000', '1 234 567']);
});
