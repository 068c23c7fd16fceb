import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isStructural } from '../../engine/anonymizer/structural.js';

const PATTERN =
  /^(?:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d(?::?\d\d)?)?)?)$/i;

const part = (...texts: string[]) => fc.constantFrom(...texts, '');
const timestamp = fc
  .tuple(
    part('2024-05-01', '2024-5-1', '24-05-01'),
    part('T', ' ', 't', '-'),
    part('07:08', '7:08'),
    part(':09', ':9'),
    part('.123456', '.', '.1'),
    part('Z', 'z', '+01', '+01:00', '-0530', '+1', 'x'),
  )
  .map((parts) => parts.join(''));

test('identifiers of rows, dates and times are told from every other text', () => {
  const text = fc.oneof(timestamp, fc.uuid(), fc.string({ unit: fc.constantFrom(...'0aF-:TZ+. é'), maxLength: 40 }));
  fc.assert(
    fc.property(text, (value) => {
      const bytes = Buffer.from(`9${value}9`);
      expect(isStructural(bytes, 1, bytes.length - 1)).toBe(PATTERN.test(value));
    }),
    { numRuns: 5_000 },
  );
});
