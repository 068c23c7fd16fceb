import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { AnonymizationRule } from '../../contracts/anonymization.js';
import type { ColumnRule } from '../../contracts/plan.js';
import { type CustomGenerator, createDataAnonymizer } from '../../engine/anonymizer/data-anonymizer.js';
import { decideColumns } from '../../engine/anonymizer/decide-columns.js';
import { column, columnRule, KEY, reference, scalar, schema, table, tablePlan } from './builders.js';

const RUNS = { numRuns: 1000 };

/** Masks rows of `group`, `value` and, when it is asked for, `currency`. */
function maskRows(type: 'amount' | 'date', sqlType: string, rule: Partial<ColumnRule>, rows: (string | null)[][]) {
  const columns = [
    { name: 'group', shape: scalar('int8') },
    { name: 'currency', shape: scalar('text') },
    { name: 'value', shape: scalar(sqlType), rule: columnRule(type, rule) },
  ];
  const masked = createDataAnonymizer({ key: KEY }).anonymizeTable(tablePlan(columns), rows);
  return masked.map(([, , value]) => value ?? '');
}

function related(sqlType: string, rows: [group: string | null, value: string][], type: 'amount' | 'date' = 'amount') {
  return maskRows(
    type,
    sqlType,
    { relatedBy: 'group' },
    rows.map(([group, value]) => [group, null, value]),
  );
}

const cents = (value: string) => BigInt(value.replace('.', ''));
const money = fc.integer({ min: 0, max: 10_000_000 }).map((value) => (value / 100).toFixed(2));

test('what is equal in a group stays equal, and changes by 2 to 10 hundredths', () => {
  fc.assert(
    fc.property(fc.integer(), money, (group, value) => {
      const [one = '', other = ''] = related('numeric', [
        [String(group), value],
        [String(group), value],
      ]);
      expect(one).toBe(other);
      expect(one).toMatch(/^\d+\.\d\d$/);
      const change = Math.abs(Number(one) - Number(value));
      expect(change).toBeLessThanOrEqual(Number(value) * 0.1 + 0.01);
      expect(change).toBeGreaterThanOrEqual(Number(value) * 0.02 - 0.01);
    }),
    RUNS,
  );
});

test('payments that add up to their reservation still do: exactly where amounts are whole', () => {
  const whole = fc.array(fc.integer({ min: 0, max: 1_000_000 }), { minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(fc.integer(), whole, (reservation, payments) => {
      const total = payments.reduce((sum, payment) => sum + payment, 0);
      const rows = [total, ...payments].map((value): [string, string] => [String(reservation), `${value}.00`]);
      const [maskedTotal = '', ...masked] = related('numeric', rows);
      expect(masked.reduce((sum, value) => sum + cents(value), 0n)).toBe(cents(maskedTotal));
    }),
    RUNS,
  );
});

test('amounts with cents add up but for the rounding of each', () => {
  fc.assert(
    fc.property(fc.integer(), fc.array(money, { minLength: 1, maxLength: 8 }), (reservation, payments) => {
      const total = payments.reduce((sum, payment) => sum + cents(payment), 0n);
      const rows = [`${total / 100n}.${String(total % 100n).padStart(2, '0')}`, ...payments];
      const [maskedTotal = '', ...masked] = related(
        'numeric',
        rows.map((value) => [String(reservation), value]),
      );
      const difference = masked.reduce((sum, value) => sum + cents(value), 0n) - cents(maskedTotal);
      expect(Math.abs(Number(difference))).toBeLessThanOrEqual((payments.length + 1) / 2);
    }),
    RUNS,
  );
});

test('groups change in proportions of their own, and a value without a group for itself', () => {
  const groups = Array.from({ length: 50 }, (_, group): [string, string] => [String(group), '1000.00']);
  expect(new Set(related('numeric', groups)).size).toBeGreaterThan(10);
  const [alone] = related('numeric', [[null, '1000.00']]);
  expect(alone).toBe(maskRows('amount', 'numeric', {}, [[null, null, '1000.00']])[0]);
});

test('what would outgrow its type shrinks as much instead; a digit is won where it fits', () => {
  const groups = Array.from({ length: 100 }, (_, group) => String(group));
  const masked = (sqlType: string, value: string, rule: Partial<ColumnRule> = {}) =>
    groups.map(
      (group) => maskRows('amount', sqlType, { relatedBy: 'group', ...rule }, [[group, null, value]])[0] ?? '',
    );
  for (const value of masked('int2', '32767')) expect(Number(value)).toBeLessThanOrEqual(32_767);
  for (const value of masked('numeric', '999.99', { precision: 5 })) expect(Number(value)).toBeLessThan(1000);
  for (const value of masked('text', '999', { maxLength: 3 })) expect(value).toMatch(/^\d{3}$/);
  for (const value of masked('float8', '1.7976931348623157e+308')) expect(Number(value)).toBeLessThan(Number.MAX_VALUE);
  expect(masked('numeric', '999.99', { precision: 12 })).toContain('1099.99');
  expect(masked('text', '999,50 DZD').some((value) => /^1\d{3},\d\d DZD$/.test(value))).toBe(true);
});

test('negative amounts, integers, floats and text stay what they are', () => {
  expect(related('numeric', [['7', '-250.00']])[0]).toMatch(/^-\d{3}\.\d\d$/);
  expect(related('int4', [['7', '2147483647']])[0]).toMatch(/^\d{10}$/);
  expect(related('float8', [['7', '1e+300']])[0]).toMatch(/^\d+e\+300$/);
  expect(related('text', [['7', '12 500,00 DZD']])[0]).toMatch(/^\d\d \d{3},\d\d DZD$/);
  expect(related('numeric', [['7', 'NaN']])[0]).toBe('NaN');
});

test('an amount has no more decimals than its currency', () => {
  const inCurrency = (currency: string | null, value: string) =>
    maskRows('amount', 'numeric', { currencyColumn: 'currency', relatedBy: 'group' }, [['1', currency, value]])[0];
  expect(inCurrency('JPY', '12345.00')).toMatch(/^\d+\.00$/);
  expect(inCurrency('TND', '12345.678')).toMatch(/^\d+\.\d{2}[1-9]$/);
  const euro = inCurrency('EUR', '12345.67');
  expect([inCurrency('?!', '12345.67'), inCurrency(null, '12345.67')]).toEqual([euro, euro]);
  expect(maskRows('amount', 'numeric', { currencyColumn: 'currency' }, [['1', 'JPY', '12345.00']])[0]).toMatch(/\.00$/);
});

test('dates of a person keep their order and their distances, in every table', () => {
  const day = fc.date({ min: new Date('1900-01-01'), max: new Date('2100-01-01'), noInvalidDate: true });
  const daysBetween = (one: string, other: string) => (Date.parse(other) - Date.parse(one)) / 86_400_000;
  fc.assert(
    fc.property(fc.integer(), day, day, (person, one, other) => {
      const dates = [one, other].map((date) => date.toISOString().slice(0, 10));
      const masked = related(
        'date',
        dates.map((date) => [String(person), date]),
        'date',
      );
      expect(daysBetween(masked[0] ?? '', masked[1] ?? '')).toBe(daysBetween(dates[0] ?? '', dates[1] ?? ''));
      expect(Math.abs(daysBetween(dates[0] ?? '', masked[0] ?? ''))).toBeLessThanOrEqual(30);
    }),
    RUNS,
  );
  const people = Array.from({ length: 50 }, (_, person): [string, string] => [String(person), '2024-06-15']);
  expect(new Set(related('date', people, 'date')).size).toBeGreaterThan(20);
});

test('a custom generator sees the source values that its rule reads, and may not change them', () => {
  const seen: unknown[] = [];
  const city: CustomGenerator = (_value, { row }) => {
    seen.push({ ...row });
    expect(() => {
      (row as Record<string, string>).country = 'FR';
    }).toThrow(TypeError);
    return `city of ${row.country}`;
  };
  const plan = tablePlan([
    { name: 'country', shape: scalar('text'), rule: columnRule('mask') },
    { name: 'postcode', shape: scalar('text') },
    { name: 'city', shape: scalar('text'), rule: columnRule('custom', { generator: 'city', reads: ['country'] }) },
  ]);
  const masked = createDataAnonymizer({ key: KEY, generators: { city } }).anonymizeTable(plan, [
    ['DZ', '16000', 'Alger'],
    [null, '75001', 'Paris'],
  ]);
  expect(masked).toEqual([
    ['xx', '16000', 'city of DZ'],
    [null, '75001', 'city of null'],
  ]);
  expect(seen).toEqual([{ country: 'DZ' }, { country: null }]);
});

test('what rules read of char(n) is without its padding', () => {
  const seen: unknown[] = [];
  const city: CustomGenerator = (value, { row }) => {
    seen.push(row.kind);
    return value;
  };
  const plan = tablePlan([
    { name: 'kind', shape: scalar('bpchar') },
    { name: 'total', shape: scalar('numeric'), rule: columnRule('amount', { relatedBy: 'kind' }) },
    {
      name: 'owner',
      shape: scalar('text'),
      rule: columnRule('reference', {
        typeColumn: 'kind',
        references: {
          guest: {
            table: { schema: 'public', name: 'guests' },
            column: 'email',
            shape: scalar('text'),
            rule: columnRule('email'),
          },
        },
      }),
    },
    { name: 'city', shape: scalar('text'), rule: columnRule('custom', { generator: 'city', reads: ['kind'] }) },
  ]);
  const [padded, bare] = createDataAnonymizer({ key: KEY, generators: { city } }).anonymizeTable(plan, [
    ['guest   ', '1000.00', 'a@x.dz', 'Alger'],
    ['guest', '1000.00', 'a@x.dz', 'Alger'],
  ]);
  expect(padded?.slice(1)).toEqual(bare?.slice(1));
  expect(padded?.[2]).toMatch(/@test\.local$/);
  expect(seen).toEqual(['guest', 'guest']);
});

test.each<[title: string, rule: Partial<AnonymizationRule>, problem: string]>([
  ['a column that is not there', { relatedBy: 'reservation' }, 'did you mean reservation_id?'],
  ['a generated column', { relatedBy: 'computed' }, 'which is generated'],
  ['the column itself', { relatedBy: 'amount' }, 'the column itself'],
  ['a column whose rule reads others', { relatedBy: 'fee' }, 'whose rule reads other columns too'],
  ['a generator that is not custom', { reads: ['fee'] }, 'amount reads no other columns'],
  ['a generator without groups', { anonymizationType: 'mask', relatedBy: 'reservation_id' }, 'mask takes no relatedBy'],
])('a rule that reads %s is a mistake', (_title, rule, problem) => {
  const payments = table('public.payments', {
    columns: [
      column('reservation_id', { shape: scalar('int8') }),
      column('amount', { shape: scalar('numeric') }),
      column('fee', { shape: scalar('numeric') }),
      column('computed', { shape: scalar('numeric'), generated: 'stored' }),
    ],
  });
  const rules: AnonymizationRule[] = [
    { tableName: 'payments', columnName: 'amount', anonymizationType: 'amount', ...rule },
    { tableName: 'payments', columnName: 'fee', anonymizationType: 'amount', relatedBy: 'reservation_id' },
  ];
  const { problems } = decideColumns({ schema: schema(payments), rules, generators: [] });
  expect(problems).toEqual([expect.stringContaining(problem)]);
});

test('columns that a foreign key ties are masked alike, and read no other columns', () => {
  const days = table('public.days', { columns: [column('day', { shape: scalar('date') })], unique: ['day'] });
  const events = table('public.events', {
    columns: [column('day', { shape: scalar('date') }), column('person')],
    foreignKeys: [reference('day', 'public.days', 'day')],
  });
  const { problems } = decideColumns({
    schema: schema(days, events),
    rules: [{ tableName: 'events', columnName: 'day', anonymizationType: 'date', relatedBy: 'person' }],
    generators: [],
  });
  expect(problems.join()).toContain('cannot read other columns, for a foreign key ties it to public.events.day');
});
