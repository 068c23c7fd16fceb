import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { AnonymizationType } from '../../contracts/anonymization.js';
import { createDatabase } from '../support/databases.js';
import { maskerOf, scalar } from './builders.js';

const RUNS = { numRuns: 1_000 };
const days = fc
  .date({ min: new Date('1000-02-01'), max: new Date('8999-11-30'), noInvalidDate: true })
  .map((day) => day.toISOString().slice(0, 10));
const dayOf = (text: string | null) => Date.parse(`${text}T00:00:00Z`) / 86_400_000;

test('a birth moves to another day of its year; different days stay different', () => {
  const masker = maskerOf('birthDate', { shape: scalar('date') });
  fc.assert(
    fc.property(days, (day) => {
      const masked = masker(day) ?? '';
      expect(masked.slice(0, 4)).toBe(day.slice(0, 4));
      expect(masked).not.toBe(day);
      expect(dayOf(masked)).not.toBeNaN();
    }),
    RUNS,
  );
  const leapYear = Array.from({ length: 366 }, (_, day) =>
    new Date(Date.UTC(2024, 0, 1 + day)).toISOString().slice(0, 10),
  );
  expect(new Set(leapYear.map(masker)).size).toBe(366);
});

test('dates of a domain move together, by 1 to 30 days; the time of day stays', () => {
  const masker = maskerOf('date', { shape: scalar('timestamptz') });
  const shift = dayOf(masker('2024-02-29')) - dayOf('2024-02-29');
  expect(Math.abs(shift)).toBeGreaterThan(0);
  expect(Math.abs(shift)).toBeLessThanOrEqual(30);
  fc.assert(
    fc.property(days, (day) => {
      const masked = masker(`${day} 12:34:56.789+00`) ?? '';
      expect(masked.slice(10)).toBe(' 12:34:56.789+00');
      expect(dayOf(masked.slice(0, 10)) - dayOf(day)).toBe(shift);
    }),
    RUNS,
  );
});

test.each(['birthDate', 'date'] as const)('%s leaves infinity, BC and what stands for never', (type) => {
  const masker = maskerOf(type, { shape: scalar('date') });
  for (const value of ['infinity', '-infinity', '0044-03-15 BC', '0001-01-01', '9999-12-31', '12024-01-01'])
    expect(masker(value)).toBe(value);
  expect(maskerOf(type)('le 3 mai')).toBe('xx 0 xxx');
  expect(maskerOf(type)('2024-02-31')).toBe('0000-00-00');
});

test('an amount keeps sign, digits and decimals, and changes', () => {
  const masker = maskerOf('amount', { shape: scalar('numeric') });
  fc.assert(
    fc.property(fc.bigInt({ min: 10n, max: 10n ** 30n }), fc.nat(6), fc.boolean(), (whole, scale, isNegative) => {
      const digits = String(whole).padStart(scale + 1, '0');
      const point = digits.length - scale;
      const value = `${isNegative ? '-' : ''}${digits.slice(0, point)}${scale ? `.${digits.slice(point)}` : ''}`;
      const masked = masker(value) ?? '';
      expect(masked.replace(/\d/g, '0')).toBe(value.replace(/\d/g, '0'));
      expect(masked).not.toBe(value);
      expect(Math.abs(Number(masked) / Number(value) - 1)).toBeLessThanOrEqual(0.2000001);
    }),
    RUNS,
  );
  for (const value of ['0', '0.00', 'NaN', 'Infinity', '-Infinity']) expect(masker(value)).toBe(value);
});

test('sums of many amounts stay within 5 %', () => {
  const masker = maskerOf('amount', { shape: scalar('numeric') });
  const amounts = Array.from({ length: 5_000 }, (_, index) =>
    (Math.exp(((index * 7919) % 5_000) / 500) * 10).toFixed(2),
  );
  const sum = (values: (string | null)[]) => values.reduce((total, value) => total + Number(value), 0);
  expect(Math.abs(sum(amounts.map(masker)) / sum(amounts) - 1)).toBeLessThan(0.05);
});

test('an amount in text keeps its currency', () => {
  expect(maskerOf('amount')('12 500,00 DZD')).toMatch(/^1\d \d{3},\d\d DZD$/);
  expect(maskerOf('amount')('about 12')).toBe('xxxxx 00');
});

const ACCEPTED: [AnonymizationType, string, fc.Arbitrary<string>][] = [
  ['birthDate', 'date', fc.oneof(days, fc.constantFrom('infinity', '0044-03-15 BC'))],
  ['birthDate', 'timestamptz', days.map((day) => `${day} 23:59:59.5+00`)],
  ['date', 'timestamp', days.map((day) => `${day} 00:00:00`)],
  ['amount', 'int2', fc.integer({ min: -32_768, max: 32_767 }).map(String)],
  ['amount', 'int8', fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String)],
  ['amount', 'float4', fc.float({ noDefaultInfinity: true, noNaN: true }).map(exponential)],
  ['amount', 'float8', fc.double({ noDefaultInfinity: true, noNaN: true }).map(exponential)],
  ['amount', 'money', fc.constantFrom('$1,234.56', '-$92,233,720,368,547,758.07', '$92,233,720,368,547,758.07')],
  [
    'ip',
    'inet',
    fc.oneof(
      fc.ipV4(),
      fc.ipV6(),
      fc.ipV4().map((address) => `${address}/12`),
    ),
  ],
  ['uuid', 'uuid', fc.uuid()],
];

test.each(ACCEPTED)('PostgreSQL takes every %s for a value of %s', async (type, name, values) => {
  await using database = await createDatabase();
  await using session = await database.session();
  const masked = fc.sample(values, RUNS.numRuns).map(maskerOf(type, { shape: scalar(name) }));
  const [row] = await session.query<{ count: number }>(
    `select count(v::${name})::int as count from unnest($1::text[]) v`,
    [masked],
  );
  expect(row?.count).toBe(masked.length);
});

/** As PostgreSQL writes floats. */
function exponential(value: number): string {
  return String(value).replace(/e(?=\d)/, 'e+');
}
