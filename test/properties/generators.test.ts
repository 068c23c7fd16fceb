import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { AnonymizationType } from '../../contracts/anonymization.js';
import type { ValueMasker } from '../../contracts/value-masker.js';
import { TEXT_TYPES } from '../../engine/anonymizer/generator.js';
import { GENERATORS } from '../../engine/anonymizer/generators/index.js';
import { ByteBuffer } from '../../engine/postgres/byte-buffer.js';
import { maskerOf, scalar } from '../anonymizer/builders.js';

const RUNS = { numRuns: Number(process.env.ENVCLONE_PROPERTY_RUNS ?? 1_000), seed: 20_240_229 };

const ALL = Object.values(GENERATORS)
  .filter(({ types }) => types.some((type) => TEXT_TYPES.includes(type)))
  .map(({ name }) => name);
/** What makes one value of all, or leaves what its column cannot move. */
const STEADY: readonly AnonymizationType[] = ['passwordHash', 'birthDate', 'date', 'amount'];
const CHANGING = ALL.filter((name) => !STEADY.includes(name));
const INJECTIVE = Object.values(GENERATORS)
  .filter(({ uniqueLength, types }) => uniqueLength !== Infinity && types.includes('text'))
  .map(({ name }) => name);

/** Every kind of text that production has, and what it should not have. */
const text = fc.oneof(
  { weight: 4, arbitrary: fc.string({ unit: 'grapheme', maxLength: 60 }) },
  fc.string({ unit: 'binary', maxLength: 40 }).map((value) => value.replaceAll('\0', '')),
  fc.string({ unit: fc.constantFrom('ا', 'ب', 'م', 'ح', 'د', 'é', 'e\u0301', ' ', '\u200f', '\u202e'), maxLength: 30 }),
  fc.string({ unit: fc.constantFrom('👍', '👩‍👩‍👧', '🏽', '\ufe0f', 'a', ' '), maxLength: 20 }),
  fc.emailAddress(),
  fc.uuid(),
  fc.ipV4(),
  fc.ipV6(),
  fc.webUrl(),
  fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
  fc.stringMatching(/^\+?[0-9 ().-]{6,18}$/),
  fc.constantFrom(
    'infinity',
    '-infinity',
    '0044-03-15 BC',
    '9999-12-31',
    '{"a": "\\u0000"}',
    '\\',
    '"',
    "'",
    '\t\r\n',
    '٠٦٦١٢٣٤٥',
    'NULL',
    '{}',
  ),
);
const full = text.filter((value) => /[\p{L}\p{N}]/u.test(value));

test.each(ALL)('%s makes the same of the same value, in strings and in bytes, and well-formed text', (type) => {
  const masker = maskerOf(type);
  const again = maskerOf(type);
  fc.assert(
    fc.property(text, (value) => {
      const masked = masker(value);
      expect(again(value)).toBe(masked);
      expect(Buffer.from(masked ?? '').toString()).toBe(masked);
      expect(masked).not.toContain('\0');
      expect(bytesOf(masker, value) ?? masked).toBe(masked);
    }),
    RUNS,
  );
});

test.each(ALL)('%s leaves blank values as they are', (type) => {
  const masker = maskerOf(type);
  const blank = fc.string({ unit: fc.constantFrom(' ', '\t', '\n', '\u00a0', '\u3000'), maxLength: 12 });
  fc.assert(
    fc.property(blank, (value) => {
      expect(masker(value)).toBe(value);
    }),
    RUNS,
  );
});

test.each(CHANGING)('%s gives back no value that has a letter or a digit', (type) => {
  const masker = maskerOf(type);
  fc.assert(
    fc.property(full, (value) => {
      expect(masker(value)).not.toBe(value);
    }),
    RUNS,
  );
});

test.each(ALL)('%s fits a column of any length', (type) => {
  const length = fc.integer({ min: 11, max: 80 });
  const maskers = new Map<number, ValueMasker>();
  fc.assert(
    fc.property(full, length, (value, maxLength) => {
      fc.pre([...value].length <= maxLength);
      const masker = maskers.get(maxLength) ?? maskerOf(type, { maxLength });
      maskers.set(maxLength, masker);
      expect([...(masker(value) ?? '')].length).toBeLessThanOrEqual(Math.max(maxLength, [...value].length));
    }),
    RUNS,
  );
});

test.each(INJECTIVE)('%s keeps any two values of a unique column different', (type) => {
  const masker = maskerOf(type, { isUnique: true });
  const seen = new Map<string, string>();
  fc.assert(
    fc.property(full, (value) => {
      const masked = masker(value) ?? '';
      expect(seen.get(masked) ?? value).toBe(value);
      seen.set(masked, value);
    }),
    RUNS,
  );
});

test.each(ALL)('%s takes a million characters', (type) => {
  for (const value of ['é'.repeat(1_000_000), '7'.repeat(1_000_000), `${'ح '.repeat(500_000)}`]) {
    expect(typeof maskerOf(type)(value)).toBe('string');
  }
});

test.each(['name', 'fullName', 'address'] as const)(
  '%s that keeps its format has room for each word, in strings and in bytes',
  (type) => {
    const masker = maskerOf(type, { preserveFormat: true });
    for (const value of ['A B ', 'a b ', 'ا ب ', 'a,']) {
      const long = value.repeat(20_000).trim();
      const masked = masker(long) ?? '';
      const words = (text: string) => text.trim().split(/\s+/).length;
      expect(words(masked)).toBeGreaterThanOrEqual(type === 'address' ? 1 : words(long));
      expect(bytesOf(masker, long)).toBe(masked);
      expect(masked).not.toContain('\0');
      expect(Buffer.from(masked).toString()).toBe(masked);
    }
  },
);

test.each(['formatPreserving', 'token', 'accountNumber'] as const)(
  '%s without regard to case makes the same of a value in strings, in bytes and with the padding of char(n)',
  (type) => {
    const [text, padded] = ['text', 'bpchar'].map((name) => maskerOf(type, { foldsCase: true, shape: scalar(name) }));
    const value = fc.oneof(
      fc.stringMatching(/^[0-9]{1,8}$/),
      fc.stringMatching(/^[A-Za-z0-9-]{1,8}$/),
      fc.constantFrom('AB\u00a0', 'AB\t'),
    );
    fc.assert(
      fc.property(value, (bare) => {
        const masked = text?.(bare) ?? '';
        if (text) expect(bytesOf(text, bare) ?? masked).toBe(masked);
        expect(padded?.(`${bare}   `)).toBe(masked);
        expect(padded?.(bare)).toBe(masked);
      }),
      RUNS,
    );
  },
);

test.each(['accountNumber', 'phone'] as const)('%s makes the same of a number in columns of every width', (type) => {
  const types = ['int2', 'int4', 'int8', 'numeric'];
  const [int2, int4, int8, numeric] = types.map((name) => maskerOf(type, { shape: scalar(name) }));
  const ofBits = (bits: bigint) => fc.bigInt({ min: -(2n ** bits), max: 2n ** bits - 1n }).map(String);
  fc.assert(
    fc.property(fc.tuple(ofBits(15n), ofBits(31n), ofBits(63n)), ([one, two, three]) => {
      expect([int4, int8, numeric].map((masker) => masker?.(one))).toEqual(Array(3).fill(int2?.(one)));
      expect([int8, numeric].map((masker) => masker?.(two))).toEqual(Array(2).fill(int4?.(two)));
      expect(numeric?.(three)).toBe(int8?.(three));
    }),
    RUNS,
  );
});

test('an equal value is masked alike in a column, an array, a composite and an hstore', () => {
  const column = maskerOf('email');
  const array = maskerOf('email', { shape: { kind: 'array', element: scalar('text'), delimiter: ',' } });
  const json = maskerOf('json', { shape: scalar('jsonb'), paths: { '**.contact': 'email' } });
  const hstore = maskerOf('json', { shape: scalar('hstore'), paths: { contact: 'email' } });
  const composite = maskerOf('json', {
    shape: { kind: 'composite', fields: [{ name: 'contact', type: scalar('text') }] },
    paths: { contact: 'email' },
  });
  fc.assert(
    fc.property(fc.emailAddress(), (value) => {
      const masked = column(value) ?? '';
      expect(JSON.parse(json(JSON.stringify({ a: [{ contact: value }] })) ?? '')).toEqual({ a: [{ contact: masked }] });
      expect(array(`{"${value}"}`)?.replaceAll('"', '')).toBe(`{${masked}}`);
      expect(hstore(`"contact"=>"${value}"`)).toBe(`"contact"=>"${masked}"`);
      expect(composite(`("${value}")`)?.replaceAll('"', '')).toBe(`(${masked})`);
    }),
    RUNS,
  );
});

/** Through the byte form, where there is one for the value. */
function bytesOf(masker: ValueMasker, value: string): string | undefined {
  const from = Buffer.from(value);
  const out = new ByteBuffer(3 * from.length + 256); // as much as is made room for first: it does not grow before it has to
  if (!masker.bytes?.(from, 0, from.length, out)) return undefined;
  return out.bytes.toString('utf8', 0, out.length);
}
