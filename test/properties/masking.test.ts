import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { AnonymizationType } from '../../contracts/anonymization.js';
import type { TypeShape } from '../../contracts/schema.js';
import { createDataAnonymizer } from '../../engine/anonymizer/data-anonymizer.js';
import { TEXT_TYPES } from '../../engine/anonymizer/generator.js';
import { GENERATORS } from '../../engine/anonymizer/generators/index.js';
import { columnRule, KEY, maskerOf, OTHER_KEY, scalar, tablePlan } from '../anonymizer/builders.js';

const RUNS = { numRuns: Number(process.env.ENVCLONE_PROPERTY_RUNS ?? 1_000), seed: 20_240_229 };
const ALL = Object.values(GENERATORS).map(({ name }) => name);
const TEXTUAL = ALL.filter((name) => GENERATORS[name]?.types.includes('text'));

const arrayOf = (element: TypeShape): TypeShape => ({ kind: 'array', element, delimiter: ',' });
const full = fc.string({ unit: 'grapheme', minLength: 8, maxLength: 40 }).filter((value) => /\p{L}{2}/u.test(value));

/** What is covered by x and 0, or is one for all, does not depend on the key. */
const KEYED = TEXTUAL.filter(
  (name) => !['mask', 'passwordHash', 'amount', 'birthDate', 'date', 'ip', 'url'].includes(name),
);
test.each([
  ...KEYED.map((type) => [type, full] as const),
  ['mask', full] as const,
  ['birthDate', fc.integer({ min: 0, max: 20_000 }).map(isoDay)] as const,
  ['date', fc.integer({ min: 0, max: 20_000 }).map(isoDay)] as const,
  ['amount', fc.integer({ min: 1_000_000, max: 9_000_000 }).map(String)] as const,
  ['ip', fc.ipV4()] as const,
  ['url', fc.webUrl()] as const,
])('%s of two keys makes two values', (type, values) => {
  const [one, other] = [KEY, OTHER_KEY].map((key) => maskerOf(type, { key, isUnique: type === 'mask' }));
  fc.assert(
    fc.property(fc.uniqueArray(values, { minLength: 6, maxLength: 6 }), (some) => {
      expect(some.map((value) => one?.(value))).not.toEqual(some.map((value) => other?.(value)));
    }),
    RUNS,
  );
});

test.each(ALL)('%s leaves NULL as it is, in rows, arrays and fields', (type) => {
  const shape = scalar(GENERATORS[type]?.types[0] ?? '');
  const value = shape.kind === 'scalar' && TEXT_TYPES.includes(shape.name) ? full : fc.constant('2024-02-29');
  const rule = columnRule(type);
  const plan = tablePlan([
    { name: 'a', shape, rule },
    { name: 'b', shape: arrayOf(shape), rule },
    { name: 'c', shape: { kind: 'composite', fields: [{ name: 'x', type: shape }] }, rule },
  ]);
  const anonymizer = createDataAnonymizer({ key: KEY });
  fc.assert(
    fc.property(fc.option(value), (text) => {
      const [row] = anonymizer.anonymizeTable(plan, [[text, '{NULL,NULL}', '()']]);
      expect(row?.slice(1)).toEqual(['{NULL,NULL}', '()']);
      expect(row?.[0] === null).toBe(text === null);
    }),
    RUNS,
  );
});

const ALNUM = Array.from('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz');

/** Every value of a range that is small enough to look at all of them. */
test.each<[title: string, type: AnonymizationType, values: string[], column?: string]>([
  ['all numbers of int2', 'accountNumber', range(-32_768, 32_767).map(String), 'int2'],
  [
    'all numbers of two decimals below one',
    'accountNumber',
    [...range(0, 99), ...range(-99, -1)].map((at) => (at / 100).toFixed(2)),
    'numeric',
  ],
  ['all phone numbers of int2', 'phone', range(-32_768, 32_767).map(String), 'int2'],
  ['all codes of two letters and a digit', 'formatPreserving', range(0, 26 * 26 * 10 - 1).map((at) => letters(at))],
  [
    'all codes of three characters of hexadecimal',
    'token',
    range(0, 4095).map((at) => at.toString(16).padStart(3, '0')),
  ],
  [
    'all tokens of one or two characters',
    'token',
    [...ALNUM, ...ALNUM.flatMap((one) => ALNUM.map((two) => one + two))],
  ],
  ['all days of a century', 'birthDate', range(0, 36_523).map((at) => isoDay(at - 25_567)), 'date'],
  ['all days of a century, shifted', 'date', range(0, 36_523).map((at) => isoDay(at - 25_567)), 'date'],
  [
    'all card numbers of one issuer and account',
    'cardNumber',
    range(0, 9999).map((at) => withCheck(`41111111111${String(at).padStart(4, '0')}`)),
  ],
])('%s stay different', (_title, type, values, column = 'text') => {
  const masker = maskerOf(type, { isUnique: true, shape: scalar(column) });
  const masked = values.map((value) => masker(value)?.replace(/^-(?=[0.]+$)/, '')); // minus zero is zero
  expect(new Set(values).size).toBe(values.length);
  expect(new Set(masked).size).toBe(values.length);
});

test('phones that keep their format stay different: every beginning with every four digits', () => {
  const beginnings = ['', '0', '00', '+', '+1', '+2', '+21', '+213', '00213', '05', '5', '0 ', '1-'];
  const values = beginnings.flatMap((beginning) =>
    range(0, 9999).map((at) => `${beginning}${String(at).padStart(4, '0')}`),
  );
  const different = [...new Set(values)];
  const masker = maskerOf('phone', { isUnique: true, preserveFormat: true });
  expect(new Set(different.map((value) => masker(value))).size).toBe(different.length);
});

test('a phone keeps country, grouping and kind', () => {
  const masker = maskerOf('phone', { preserveFormat: true });
  fc.assert(
    fc.property(
      fc.constantFrom('+213 5', '+33 6', '0033 6', '06', '07', '+1 2'),
      fc.stringMatching(/^\d{2}[ .-]?\d{2}[ .-]?\d{2}[ .-]?\d{2}$/),
      (beginning, rest) => {
        const masked = masker(beginning + rest) ?? '';
        expect(masked.slice(0, beginning.length)).toBe(beginning);
        expect(masked.replace(/\d/g, '0')).toBe((beginning + rest).replace(/\d/g, '0'));
        expect(masked).not.toBe(beginning + rest);
      },
    ),
    RUNS,
  );
});

test('an e-mail keeps its length and its capitals at a reserved host, and different ones stay different', () => {
  const masker = maskerOf('email', { preserveFormat: true, isUnique: true });
  const seen = new Map<string, string>();
  const letterCase = fc.constantFrom<(text: string) => string>(
    (text) => text.toLowerCase(),
    (text) => text.toUpperCase(),
    (text) => text.charAt(0).toUpperCase() + text.slice(1).toLowerCase(),
  );
  fc.assert(
    fc.property(fc.emailAddress(), letterCase, (address, inCase) => {
      const value = inCase(address);
      const masked = masker(value) ?? '';
      expect(masked.length).toBe(Math.min(75, Math.max(28, value.length)));
      expect(masked.toLowerCase().endsWith('@test.local')).toBe(true);
      const isUpper = value === value.toUpperCase() && value !== value.toLowerCase();
      expect(masked).toBe(isUpper ? masked.toUpperCase() : masked.charAt(0) + masked.slice(1).toLowerCase());
      expect(/^[A-Z]/.test(masked)).toBe(/^[A-Z]/.test(value) || isUpper);
      expect(seen.get(masked) ?? value).toBe(value);
      seen.set(masked, value);
    }),
    RUNS,
  );
});

test('a name keeps its script and its number of words', () => {
  const masker = maskerOf('name', { preserveFormat: true });
  const word = fc.oneof(fc.stringMatching(/^[A-Z][a-zé]{1,9}$/), fc.constantFrom('أحمد', 'علي', 'بن'));
  fc.assert(
    fc.property(fc.array(word, { minLength: 1, maxLength: 5 }), (words) => {
      const value = words.join(' ');
      const masked = masker(value) ?? '';
      expect(masked.split(' ')).toHaveLength(words.length);
      expect(/\p{Script=Arabic}/u.test(masked)).toBe(/\p{Script=Arabic}/u.test(value));
      expect(masked).not.toBe(value);
    }),
    RUNS,
  );
});

test('an address keeps its lines, its parts and its postal code', () => {
  const masker = maskerOf('address', { preserveFormat: true });
  const part = fc.oneof(
    fc.stringMatching(/^\d{1,3} rue [A-Z][a-z]{2,8}$/),
    fc.stringMatching(/^\d{5} [A-Z][a-z]{2,8}$/),
    fc.stringMatching(/^[A-Z][a-z]{2,8}$/),
  );
  fc.assert(
    fc.property(
      fc.array(part, { minLength: 1, maxLength: 4 }),
      fc.constantFrom(', ', '\n', '; '),
      (parts, separator) => {
        const value = parts.join(separator);
        const masked = (masker(value) ?? '').split(separator);
        expect(masked).toHaveLength(parts.length);
        expect(masked.map((each) => /^\d{5} /.test(each))).toEqual(parts.map((each) => /^\d{5} /.test(each)));
        expect(masked.map((each) => /\d/.test(each))).toEqual(parts.map((each) => /\d/.test(each)));
        expect(masked.join(separator)).not.toBe(value);
      },
    ),
    RUNS,
  );
});

test('JSON stays JSON of the same structure, whatever is in it, escapes of NUL included', () => {
  const masker = maskerOf('json', { shape: scalar('json'), paths: { 'a.**': 'email' } });
  const text = fc.oneof(fc.string({ unit: 'binary', maxLength: 12 }), fc.constantFrom('\0', '\ud83d', '"\\', '\u202e'));
  const json = fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: 'small' },
      text,
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.constantFrom(null, true, false),
      fc.array(tie('value'), { maxLength: 4 }),
      fc.dictionary(fc.oneof(text, fc.constantFrom('a', 'email', 'phone', '__proto__')), tie('value'), {
        maxKeys: 4,
        noNullPrototype: true,
      }),
    ),
  })).value;
  fc.assert(
    fc.property(json, fc.boolean(), (value, isSpaced) => {
      const masked = JSON.parse(masker(JSON.stringify(value, null, isSpaced ? 2 : 0)) ?? '');
      expect(structureOf(masked)).toEqual(structureOf(JSON.parse(JSON.stringify(value))));
    }),
    RUNS,
  );
});

test('the sum of many amounts stays within 5 %', () => {
  const masker = maskerOf('amount', { shape: scalar('numeric') });
  const amounts = fc.uniqueArray(fc.noBias(fc.integer({ min: 1_000, max: 99_999_999 })), {
    minLength: 300,
    maxLength: 300,
  });
  const sum = (values: readonly string[]) => values.reduce((total, value) => total + Number(value), 0);
  fc.assert(
    fc.property(amounts, (cents) => {
      const values = cents.map((value) => (value / 100).toFixed(2));
      const masked = values.map((value) => masker(value) ?? '');
      expect(Math.abs(sum(masked) / sum(values) - 1)).toBeLessThan(0.05);
    }),
    RUNS,
  );
});

/** What is where. A number becomes a text where a rule or its key's name says that it is personal; so do keys with an @. */
function structureOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(structureOf);
  if (typeof value !== 'object' || value === null) return typeof value === 'string' ? 'number' : typeof value;
  return Object.entries(value).map(([key, member]) => [key.includes('@') ? '@' : key, structureOf(member)]);
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, at) => from + at);
}

function letters(at: number): string {
  const letter = (index: number) => String.fromCharCode(0x41 + index);
  return letter(Math.floor(at / 260)) + letter(Math.floor(at / 10) % 26) + (at % 10);
}

function isoDay(day: number): string {
  return new Date(day * 86_400_000).toISOString().slice(0, 10);
}

/** Luhn's digit behind fifteen others. */
function withCheck(digits: string): string {
  const sum = Array.from(digits)
    .reverse()
    .reduce((total, digit, at) => {
      const twice = at % 2 === 0 ? 2 * Number(digit) : Number(digit);
      return total + (twice > 9 ? twice - 9 : twice);
    }, 0);
  return `${digits}${(10 - (sum % 10)) % 10}`;
}
