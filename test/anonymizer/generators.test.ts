import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { AnonymizationType } from '../../contracts/anonymization.js';
import { isIban, writeIbanCheck } from '../../engine/anonymizer/iban.js';
import { permuteDigits } from '../../engine/anonymizer/permutation.js';
import { SipHash } from '../../engine/anonymizer/sip-hash.js';
import { maskerOf, OTHER_KEY, scalar } from './builders.js';

const GENERATED: AnonymizationType[] = [
  'email',
  'guestEmail',
  'name',
  'fullName',
  'firstName',
  'lastName',
  'guestName',
  'phone',
  'address',
  'accountNumber',
  'text',
  'mask',
];

const word = fc.stringMatching(/^[a-zA-Z0-9éèàô '@.+-]{1,40}$/).filter((value) => /[\p{L}\p{N}]/u.test(value));
const arabicWord = fc.constantFrom('أحمد بن علي', 'شارع ديدوش مراد', 'مرحبا', '٠٥٥١٢٣٤٥٦٧');
const realistic = fc.oneof(
  word,
  arabicWord,
  fc.constantFrom('Marie Dupont', 'Adam', 'xxx', '000', '12 Rue du Bac', 'a'),
);

test.each(GENERATED)('%s never gives back its input, and the same for the same input', (type) => {
  const [masker, again] = [maskerOf(type), maskerOf(type)];
  fc.assert(
    fc.property(realistic, (value) => {
      expect(masker(value)).not.toBe(value);
      expect(masker(value)).toBe(again(value));
    }),
  );
});

test.each(GENERATED)('%s of another key gives other values', (type) => {
  const [one, other] = [maskerOf(type, { isUnique: true }), maskerOf(type, { isUnique: true, key: OTHER_KEY })];
  const values = Array.from({ length: 20 }, (_, index) => `Ahmed ${index} 0551234567`);
  expect(values.map(other)).not.toEqual(values.map(one));
});

test.each(GENERATED)('%s keeps 50,000 values of a unique column different', (type) => {
  const masker = maskerOf(type, { isUnique: true, maxLength: 40 });
  const values = Array.from({ length: 50_000 }, (_, index) => `Ahmed ${index}`);
  expect(new Set(values.map(masker)).size).toBe(values.length);
});

test.each(GENERATED)('%s fits the length of its column, unique or not', (type) => {
  fc.assert(
    fc.property(realistic, fc.integer({ min: 11, max: 60 }), fc.boolean(), (value, maxLength, isUnique) => {
      fc.pre(value.length <= maxLength);
      expect(Array.from(maskerOf(type, { maxLength, isUnique })(value) ?? '').length).toBeLessThanOrEqual(maxLength);
    }),
    { numRuns: 40 },
  );
});

test.each(GENERATED)('%s leaves a blank value as it is', (type) => {
  expect(maskerOf(type)('')).toBe('');
  expect(maskerOf(type)('  \n')).toBe('  \n');
});

test('e-mails have the documented forms', () => {
  expect(maskerOf('email')('Ahmed@Example.com')).toMatch(/^user[0-9a-z]{13}@test\.local$/);
  expect(maskerOf('guestEmail')('Ahmed@Example.com')).toMatch(/^guest[0-9a-z]{13}@test\.local$/);
});

test('e-mails that differ in case are one, unless they have to stay different: then they differ in case', () => {
  const [text, citext, unique] = [
    maskerOf('email'),
    maskerOf('email', { shape: scalar('citext') }),
    maskerOf('email', { isUnique: true }),
  ];
  expect(text('A@x.dz')).toBe(text('a@x.dz'));
  expect(citext('A@x.dz')).toBe(text('a@x.dz'));
  expect(unique('a@x.dz')).toBe(text('a@x.dz'));
  expect(new Set(['a@x.dz', 'A@x.dz', 'a@X.dz', 'a@x.DZ'].map(unique)).size).toBe(4);
  expect(unique('a@X.dz')?.toLowerCase()).toBe(text('a@x.dz'));
});

test('padding of char(n) does not change what comes out', () => {
  expect(maskerOf('email', { shape: scalar('bpchar') })('a@x.dz    ')).toBe(maskerOf('email')('a@x.dz'));
});

test('a name keeps its script', () => {
  expect(maskerOf('name')('أحمد بن علي')).toMatch(/^[\u0600-\u06ff ]+$/);
  expect(maskerOf('name')('Ahmed Benali')).toMatch(/^[\p{Script=Latin}'’. -]+$/u);
  expect(maskerOf('firstName')('نادية')).toMatch(/^[\u0600-\u06ff ]+$/);
});

test('guestName, fullName and name of one domain give the same name', () => {
  const masked = (['name', 'fullName', 'guestName'] as const).map((type) =>
    maskerOf(type, { domain: 'name' })('Ahmed Benali'),
  );
  expect(new Set(masked).size).toBe(1);
});

test('preserveFormat keeps the case of a name', () => {
  expect(maskerOf('name', { preserveFormat: true })('AHMED')).toMatch(/^[^\p{Ll}]+$/u);
});

test('a phone becomes 05 and eight digits', () => {
  const masker = maskerOf('phone');
  for (const value of ['0551234567', '+213 551 23 45 67', '00213551234567', '٠٥٥١٢٣٤٥٦٧', 'unknown'])
    expect(masker(value)).toMatch(/^05\d{8}$/);
  expect(masker('0551234567')).toBe(masker('+213551234567'));
});

test('phones of a unique column stay different, formats of one number too', () => {
  const lines = Array.from({ length: 20_000 }, (_, index) => String(10_000_000 + index * 37));
  const values = lines.flatMap((line) => [
    `05${line}`,
    `06${line}`,
    `+2135${line}`,
    `05 ${line.slice(0, 4)} ${line.slice(4)}`,
  ]);
  const masker = maskerOf('phone', { isUnique: true });
  const masked = values.map(masker);
  expect(new Set(masked).size).toBe(values.length);
  expect(masked[0]).toMatch(/^05\d{8}$/);
});

test('phones of a unique column that differ in their script or their spaces stay different', () => {
  const values = [
    '0512345678',
    '05١٢٣٤٥٦٧٨',
    '٠٥١٢٣٤٥٦٧٨',
    '05۱۲۳۴۵۶۷۸',
    '05 12345678',
    '05 1234 5678',
    '213512345678',
    '12',
    '١٢',
  ];
  const masked = values.map(maskerOf('phone', { isUnique: true }));
  expect(new Set(masked).size).toBe(values.length);
  expect(masked.every((value) => /^05\d{8}\d{0,6}$/.test(value ?? ''))).toBe(true);
});

test('an account number keeps the script of its digits', () => {
  expect(maskerOf('accountNumber')('٠١٢-۳۴-56')).toMatch(/^[٠-٩]{3}-[۰-۹]{2}-\d\d$/);
});

test('phones of a narrow unique column stay different in their own format', () => {
  const values = Array.from({ length: 20_000 }, (_, index) => `0${5 + (index % 3)}${10_000_000 + index}`);
  const masked = values.map(maskerOf('phone', { isUnique: true, maxLength: 10 }));
  expect(new Set(masked).size).toBe(values.length);
  expect(masked.every((value) => /^\d{10}$/.test(value ?? ''))).toBe(true);
});

test('an account number keeps length, separators, letters and case', () => {
  const masker = maskerOf('accountNumber');
  fc.assert(
    fc.property(fc.stringMatching(/^[A-Za-z0-9 ./-]{1,60}$/), (value) => {
      const shapeOf = (text: string) => text.replace(/[a-z]/g, 'a').replace(/[A-Z]/g, 'A').replace(/\d/g, '0');
      expect(shapeOf(masker(value) ?? '')).toBe(shapeOf(value));
    }),
  );
});

test('an IBAN stays a valid IBAN of its country, grouped as it was', () => {
  const masker = maskerOf('accountNumber');
  fc.assert(
    fc.property(fc.stringMatching(/^\d{22}$/), (account) => {
      const bytes = Buffer.from(`DZ00${account}`);
      writeIbanCheck(bytes, 0, bytes.length);
      const iban = bytes.toString();
      const masked = masker(iban) ?? '';
      expect(isIban(bytes, 0, bytes.length) && isIban(Buffer.from(masked), 0, masked.length)).toBe(true);
      expect(masked.slice(0, 2)).toBe('DZ');
      expect(masked).not.toBe(iban);
    }),
  );
  expect(masker('FR14 2004 1010 0505 0001 3M02 606')).toMatch(/^FR\d\d \d{4} \d{4} \d{4} \d{4} \d[A-Z]\d\d \d{3}$/);
});

test.each(['int2', 'int4', 'int8'] as const)('an account number in an %s column stays in its range', (type) => {
  const highest = { int2: 32_767n, int4: 2_147_483_647n, int8: 9_223_372_036_854_775_807n }[type];
  const masker = maskerOf('accountNumber', { shape: scalar(type) });
  fc.assert(
    fc.property(fc.bigInt({ min: 1n, max: highest }), (value) => {
      const masked = BigInt(masker(String(value)) ?? '');
      expect(masked).toBeLessThanOrEqual(highest);
      expect(String(masked)).toHaveLength(String(value).length);
    }),
  );
});

test('a permutation of digits is one, without a fixed point', () => {
  const hash = new SipHash(new Uint8Array(16).fill(5));
  for (const length of [1, 2, 3, 4]) {
    const all = Array.from({ length: 10 ** length }, (_, index) => String(index).padStart(length, '0'));
    const permuted = all.map((digits) => permuteDigits(hash, digits));
    expect(new Set(permuted).size).toBe(all.length);
    expect(permuted.some((digits, index) => digits === all[index])).toBe(false);
  }
});

test('the permutation of a symbol alone is one cycle, and depends on the key and on what is beside it', () => {
  const digits = Array.from('0123456789');
  const cycleOf = (hash: SipHash, tweak: number) => {
    const cycle = ['0'];
    while (cycle.length <= 10) cycle.push(permuteDigits(hash, cycle.at(-1) ?? '', { tweak }));
    return cycle.join('');
  };
  const hashes = [5, 6, 7, 8].map((byte) => new SipHash(new Uint8Array(16).fill(byte)));
  const cycles = hashes.flatMap((hash) => [cycleOf(hash, 0), cycleOf(hash, 1)]);
  for (const cycle of cycles) {
    expect(new Set(cycle.slice(0, 10))).toEqual(new Set(digits));
    expect(cycle.at(-1)).toBe('0');
  }
  expect(new Set(cycles).size).toBe(cycles.length);
});

test('text keeps the number and the lengths of its lines', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('a', 'B', ' ', '\n', '.', 'م', '7'), maxLength: 200 }), (value) => {
      const lengths = (text: string) => text.split('\n').map((line) => line.length);
      expect(lengths(maskerOf('text')(value) ?? '')).toEqual(lengths(value));
    }),
  );
});

test('mask turns letters into x and digits into 0', () => {
  expect(maskerOf('mask')('Été 2024: +213-أ')).toBe('xxx 0000: +000-x');
});

test('mask makes other bytes of the same length, and another uuid', () => {
  const bytes = maskerOf('mask', { shape: scalar('bytea') });
  expect(bytes('\\x68656c6c6f')).toMatch(/^\\x[0-9a-f]{10}$/);
  expect(bytes('\\x68656c6c6f')).not.toBe('\\x68656c6c6f');
  expect(bytes('\\x')).toBe('\\x');
  const uuid = maskerOf('mask', { shape: scalar('uuid'), isUnique: true });
  expect(uuid('a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11')).toMatch(
    /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$/,
  );
});
