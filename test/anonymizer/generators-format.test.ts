import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type AnonymizationType, TEST_PASSWORD_HASH } from '../../contracts/anonymization.js';
import { isCard, writeCardCheck } from '../../engine/anonymizer/luhn.js';
import { createDatabase } from '../support/databases.js';
import { maskerOf, scalar } from './builders.js';

const RUNS = { numRuns: 1_000 };
const INJECTIVE: AnonymizationType[] = [
  'formatPreserving',
  'cardNumber',
  'birthDate',
  'date',
  'uuid',
  'token',
  'username',
];
const NEW: AnonymizationType[] = [...INJECTIVE, 'amount', 'ip', 'url', 'passwordHash'];
const HOSTILE = [
  '',
  ' ',
  '👩‍👩‍👧',
  'مرحبا بالعالم',
  'a\u0301\u0301',
  'infinity',
  '-infinity',
  '0044-03-15 BC',
  'NaN',
  '1e+400',
  'http://',
  '::1',
  'é'.repeat(1_000_000),
  '9'.repeat(1_000_000),
];
const values = fc.oneof(
  fc.constantFrom(...HOSTILE.slice(0, -2)),
  fc.string({ unit: 'grapheme', maxLength: 40 }),
  fc.stringMatching(/^[0-9a-f]{11,64}$/),
  fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
  fc.webUrl(),
  fc.ipV4(),
  fc.ipV6(),
  fc.uuid(),
  fc.double().map(String),
);

test.each(NEW)('%s gives the same for the same value, and fits its column', (type) => {
  const [masker, again] = [maskerOf(type), maskerOf(type)];
  fc.assert(
    fc.property(values, fc.integer({ min: 11, max: 60 }), (value, maxLength) => {
      expect(masker(value)).toBe(again(value));
      const short = Array.from(value).slice(0, maxLength).join('');
      expect(Array.from(maskerOf(type, { maxLength })(short) ?? '').length).toBeLessThanOrEqual(maxLength);
    }),
    RUNS,
  );
});

test.each(NEW)('%s survives a million characters', (type) => {
  for (const value of HOSTILE) expect(maskerOf(type)(value)).toBeTypeOf('string');
});

test.each(INJECTIVE)('%s keeps values of a unique column different', (type) => {
  fc.assert(
    fc.property(
      fc.uniqueArray(
        values.filter((value) => value.length >= 11),
        { minLength: 2, maxLength: 8 },
      ),
      (some) => {
        expect(new Set(some.map(maskerOf(type, { isUnique: true }))).size).toBe(some.length);
      },
    ),
    RUNS,
  );
});

test('a card number stays one, grouped as it was, and others do not become one', () => {
  const masker = maskerOf('cardNumber');
  fc.assert(
    fc.property(fc.stringMatching(/^\d{12,19}$/), (digits) => {
      const card = Buffer.from(digits);
      const other = Buffer.from(masker(digits) ?? '');
      expect(isCard(other, 0, other.length)).toBe(isCard(card, 0, card.length));
      writeCardCheck(card, 0, card.length);
      const masked = Buffer.from(masker(card.toString()) ?? '');
      expect(isCard(masked, 0, masked.length)).toBe(true);
      expect(masked.equals(card)).toBe(false);
    }),
    RUNS,
  );
  expect(masker('4111 1111 1111 1111')).toMatch(/^\d{4} \d{4} \d{4} \d{4}$/);
});

test('a token keeps its length, its signs and its alphabet', () => {
  const masker = maskerOf('token');
  fc.assert(
    fc.property(fc.stringMatching(/^[0-9a-f]{11,80}$/), fc.stringMatching(/^[A-Za-z0-9_.-]{11,80}$/), (hex, base64) => {
      expect(masker(hex)).toMatch(new RegExp(`^[0-9a-f]{${hex.length}}$`));
      expect(masker(hex)).not.toBe(hex);
      expect(masker(base64)?.replace(/[A-Za-z\d]/g, 'a')).toBe(base64.replace(/[A-Za-z\d]/g, 'a'));
    }),
    RUNS,
  );
});

test('a uuid becomes one of version 4', () => {
  fc.assert(
    fc.property(fc.uuid(), (value) => {
      const masked = maskerOf('uuid', { shape: scalar('uuid') })(value);
      expect(masked).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$/);
      expect(masked).not.toBe(value);
    }),
    RUNS,
  );
});

test('a user name is ASCII in lower case', () => {
  fc.assert(
    fc.property(values, (value) => {
      fc.pre(value.trim() !== '');
      expect(maskerOf('username')(value)).toMatch(/^[a-z]+_[0-9a-z]{13}$/);
    }),
    RUNS,
  );
});

test('a URL keeps scheme, port and keys, and nothing else', () => {
  expect(maskerOf('url')('https://amina:pw@shop.dz:8443/users/42/a%20b?mail=a@x.dz&q=1#top')).toMatch(
    /^https:\/\/[0-9a-z]{13}\.example:8443\/xxxxx\/00\/xxx\?mail=x@x\.xx&q=0#xxx$/,
  );
});

test('a URL keeps no key that may be data, and no scheme that is not well known', () => {
  const masker = maskerOf('url');
  expect(masker('https://a.dz/?amina@x.dz=1&0612-345=on&a%40b=&page2=3')).toMatch(
    /^https:\/\/[0-9a-z]{13}\.example\/\?xxxxx@x\.xx=0&0000-000=xx&xxx=&page2=0$/,
  );
  expect(masker('amina-bensaid://shop.dz/42')).toBe('xxxxx-xxxxxxx://xxxx.xx/00');
  expect(masker('ssh://git@a.dz/repo')).toMatch(/^ssh:\/\/[0-9a-z]{13}\.example\/xxxx$/);
});

test('an address stays in its family and kind', () => {
  const masker = maskerOf('ip', { shape: scalar('inet') });
  fc.assert(
    fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (value) => {
      expect(masker(value)).not.toBe(value);
      expect(masker(value)?.includes(':')).toBe(value.includes(':'));
    }),
    RUNS,
  );
  expect(masker('10.1.2.3/24')).toMatch(/^10\..*\/24$/);
  expect(masker('172.20.1.1')).toMatch(/^172\.(1[6-9]|2\d|3[01])\./);
  expect(masker('192.168.0.1')).toMatch(/^192\.168\./);
  expect(masker('127.0.0.1')).toMatch(/^127\./);
  expect(masker('fe80::1')).toMatch(/^fe[89ab]/);
  expect(masker('fd00::1')).toMatch(/^f[cd]/);
  expect(masker('::1/128')).toMatch(/^::ffff:127(\.\d+){3}\/128$/);
});

test('PostgreSQL takes the hash for the one of envclone-test', async () => {
  await using database = await createDatabase({ sql: 'create extension pgcrypto with schema public' });
  const [hash] = await database.column<string>(`select public.crypt('envclone-test', '${TEST_PASSWORD_HASH}')`);
  expect(hash).toBe(TEST_PASSWORD_HASH);
});
