import fc from 'fast-check';
import { expect, test } from 'vitest';
import { detect } from '../../engine/anonymizer/detectors.js';
import { writeIbanCheck } from '../../engine/anonymizer/iban.js';
import * as words from '../../engine/anonymizer/words.js';

const nameOf = (value: string) => detect(value)?.name;
const digits = (length: number) => fc.stringMatching(new RegExp(`^\\d{${length}}$`));

function isAlways(name: string, values: fc.Arbitrary<string>): void {
  fc.assert(fc.property(values, (value) => nameOf(value) === name));
}

function isNever(name: string, values: fc.Arbitrary<string>): void {
  fc.assert(fc.property(values, (value) => nameOf(value) !== name));
}

function iban(country: string, account: string): string {
  const bytes = Buffer.from(`${country}00${account}`);
  writeIbanCheck(bytes, 0, bytes.length);
  return bytes.toString();
}

/** Luhn's digit behind the others. */
function card(payload: string): string {
  const sum = [...payload].reverse().reduce((total, digit, index) => {
    const doubled = Number(digit) * (index % 2 === 0 ? 2 : 1);
    return total + (doubled > 9 ? doubled - 9 : doubled);
  }, 0);
  return `${payload}${(10 - (sum % 10)) % 10}`;
}

const pad = (value: number, length = 2) => String(value).padStart(length, '0');
const withOtherLastDigit = (value: string) => `${value.slice(0, -1)}${(Number(value.at(-1)) + 1) % 10}`;

const ibans = fc
  .tuple(fc.constantFrom('FR', 'DE', 'DZ', 'GB'), digits(20))
  .map(([country, account]) => iban(country, account));
const cards = fc
  .oneof(
    digits(11).map((rest) => `4539${rest}`),
    digits(13).map((rest) => `51${rest}`),
    digits(12).map((rest) => `37${rest}`),
    digits(11).map((rest) => `6280${rest}`),
  )
  .map(card);
const securityNumbers = fc
  .tuple(fc.constantFrom(1, 2), fc.nat(99), fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 95 }), digits(6))
  .map(([sex, year, month, department, rest]) => {
    const number = `${sex}${pad(year)}${pad(month)}${pad(department)}${rest}`;
    return `${number}${pad(97 - (Number(number) % 97))}`;
  });

test('e-mail addresses are recognized, and what lacks a host is not', () => {
  isAlways('email', fc.emailAddress());
  isNever(
    'email',
    fc.emailAddress().map((value) => value.replace('@', ' at ')),
  );
  isNever(
    'email',
    fc.emailAddress().map((value) => value.slice(0, value.indexOf('@') + 1)),
  );
});

test('an IBAN is recognized by its check digits, in groups too', () => {
  isAlways('iban', ibans);
  isAlways(
    'iban',
    ibans.map((value) => value.replace(/.{4}(?=.)/g, '$& ')),
  );
  isNever('iban', ibans.map(withOtherLastDigit));
});

test('a card number is recognized by issuer and check digit', () => {
  isAlways('cardNumber', cards);
  isAlways(
    'cardNumber',
    cards.filter((value) => value.length === 16).map((value) => value.replace(/\d{4}(?=\d)/g, '$& ')),
  );
  isNever('cardNumber', cards.map(withOtherLastDigit));
  isNever(
    'cardNumber',
    digits(13).map((rest) => card(`9${rest}`)),
  );
});

test('a French social security number is recognized by its key', () => {
  isAlways('nationalId', securityNumbers);
  isNever('nationalId', securityNumbers.map(withOtherLastDigit));
  expect(nameOf('1 84 12 2A 076 451 57')).toBe('nationalId');
  expect(nameOf('1 84 12 2B 076 451 57')).not.toBe('nationalId');
});

test('addresses of the internet, UUIDs and URLs are recognized', () => {
  isAlways('ip', fc.ipV4());
  isAlways('ip', fc.ipV6());
  isAlways('uuid', fc.uuid());
  isAlways('url', fc.webUrl());
  isNever(
    'ip',
    fc.ipV4().map((value) => `${value}.300`),
  );
});

test('digests and random tokens are recognized', () => {
  const hex = (length: number) =>
    fc.uint8Array({ minLength: length, maxLength: length }).map((bytes) => Buffer.from(bytes).toString('hex'));
  isAlways(
    'digest',
    hex(32).filter((value) => new Set(value).size > 10),
  );
  expect(nameOf('9f8Kq2LmZx04TbVw7YpRc1Nd')).toBe('token');
  expect(nameOf('3fa9c04be17d6258a0bf')).toBe('token');
  expect(nameOf('aaaaaaaaaaaaaaaaaaaaaaaa')).toBeUndefined();
  expect(nameOf('studio-alger-centre-12-vue-mer')).toBeUndefined();
});

test('people whose names are in the dictionaries are recognized in both scripts', () => {
  const listed = (lines: string) =>
    fc.constantFrom(
      ...lines
        .trim()
        .split('\n')
        .filter((word) => !word.includes(' ')),
    );
  const full = (first: string, last: string) => fc.tuple(listed(first), listed(last)).map((parts) => parts.join(' '));
  isAlways('personName', full(words.LATIN_FIRST_NAMES, words.LATIN_LAST_NAMES));
  isAlways('personName', full(words.ARABIC_FIRST_NAMES, words.ARABIC_LAST_NAMES));
});

test.each([
  ['0551 23 45 67', 'phone'],
  ['0551234567', 'phone'],
  ['+213 551 23 45 67', 'phone'],
  ['00213551234567', 'phone'],
  ['021 63 12 45', 'phone'],
  ['06 12 34 56 78', 'phone'],
  ['+33 (0)6 12 34 56 78', 'phone'],
  ['+1 212 555 0100', 'phone'],
  ['551234567', undefined],
  ['0000001234', undefined],
  ['2024-01-01', undefined],
  ['$2b$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy', 'passwordHash'],
  ['$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHQ$RdescudvJCsgt3ub+b4dWRWJTmaaKObG', 'passwordHash'],
  ['pbkdf2_sha256$260000$salt$aGFzaGFzaGFzaA==', 'passwordHash'],
  ['{SSHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=', 'passwordHash'],
  ['d41d8cd98f00b204e9800998ecf8427e', 'digest'],
  ['eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl', 'secret'],
  [`sk_${'live'}_4eC39HqLyjWDarjtT1zdp7dc`, 'secret'],
  [`ghp_${'a1B2c3D4e5F6g7H8i9J0k1L2'}`, 'secret'],
  ['AKIAIOSFODNN7EXAMPLE', 'secret'],
  ['36.7538, 3.0588', 'coordinates'],
  ['96.7538, 3.0588', undefined],
  ['12 rue Didouche Mourad, Alger', 'address'],
  ['Karim', 'firstName'],
  ['Yacine Benali', 'personName'],
  ['فاطمة الشريف', 'personName'],
  ['The flat is bright and quiet.', 'text'],
  ['CONFIRMED', undefined],
  ['A-104', undefined],
])('%s is %s', (value, name) => {
  expect(nameOf(value)).toBe(name);
});
