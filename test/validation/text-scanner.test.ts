import { Readable } from 'node:stream';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readCopiedRows } from '../../engine/validation/copied-rows.js';
import { findInText } from '../../engine/validation/find-in-text.js';
import { KnownPeople } from '../../engine/validation/known-people.js';
import { mayHoldPersonalData } from '../../engine/validation/text-scanner.js';

const NAMES = [
  'Nadjwa Kessaix',
  'İbrahim ΟΔΥΣΣΕΎΣ Zitounix',
  "Zoé d'Arzewix",
  'فاطمة الزهراءx',
  'Roger Nicolas',
  '𞤀𞤣𞤢𞤥x Hawwax',
];
const EMAILS = ['n.kessaix@mail.dz', 'é.zitounix@poste.fr', 'user1@test.local'];
const PHONES = ['+213 770 12 34 56', '0661000001'];
const NUMBERS = ['4111111111111111', 'FR1420041010050500013M02606'];

const people = new KnownPeople();
for (const name of NAMES) people.add('personName', name);
for (const email of EMAILS) people.add('email', email);
for (const phone of PHONES) people.add('phone', phone);
people.add('cardNumber', '4111111111111111');
people.add('iban', '1420041010050500013');
const scanned = people.scanned();

function scan(text: string, mayBeMade: boolean): boolean {
  const before = Buffer.from('x@y.dz ');
  const bytes = Buffer.concat([before, Buffer.from(text), Buffer.from(' a@b.dz')]);
  return mayHoldPersonalData({ bytes, at: before.length, stop: bytes.length - 7, mayBeMade }, scanned);
}

const escaped = (text: string) => [...text].map((c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`).join('');

const piece = fc.oneof(
  fc.constantFrom(...NAMES, ...EMAILS, ...PHONES, ...NUMBERS),
  fc.constantFrom(...NAMES, ...EMAILS).map((text) => text.toUpperCase()),
  fc.constantFrom(...NAMES.flatMap((name) => name.split(' '))),
  fc.constantFrom('n.kessaix@mail.dz', 'Nadjwa Kessaix').map(escaped),
  fc.constantFrom(
    'n.kessaix%40mail.dz',
    'Nadjwa\\nKessaix',
    '+213770123456',
    '1 85 05 78 006 084 91',
    '4111111111111 111',
    '2024-01-02 10:11:12',
    'GB82 WEST ABCD EFGH',
  ),
  fc.constantFrom(
    '',
    ' ',
    ', ',
    '\n',
    '«',
    '»',
    '…',
    '’',
    "'",
    '-',
    '.',
    '@',
    '%',
    '\\',
    '\u0307',
    '\u00a0',
    '😀',
    '１',
    '١',
    '0',
    '12',
  ),
  fc.string({ unit: 'binary', maxLength: 4 }),
  fc.string({ maxLength: 6 }),
);
const text = fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join(''));

test('no text in which something is found is passed over', () => {
  let found = 0;
  fc.assert(
    fc.property(text, fc.boolean(), (drawn, mayBeMade) => {
      const readable = Buffer.from(drawn).toString(); // lone surrogates cannot come from a database
      const { known, forms } = findInText(readable, people, { mayBeMade });
      if (known.length + forms.length === 0) return;
      const isForm = forms.some(({ isMatch }) => isMatch) || known.length > 0;
      if (isForm) found++;
      expect(scan(readable, mayBeMade)).toBe(true);
    }),
    { numRuns: 20_000 },
  );
  expect(found).toBeGreaterThan(2_000);
});

test('most other texts are not read as text', () => {
  const others = [
    'guest8gve3nctf5b4m@test.local',
    'Réservation confirmée, arrivée prévue à 15 h',
    'Roger Predovic',
    'شقة جميلة في وسط المدينة',
    '{"rooms": 3, "price": 12000.50, "paid": true}',
    '2024-01-02',
    '9f1b2c3d-aaaa-4bbb-8ccc-12345f7890ab',
  ];
  expect(others.filter((each) => scan(each, false))).toEqual([]);
});

test('what generators made is not read for ordinary names and short numbers', () => {
  expect(scan('Roger Nicolas', false)).toBe(true);
  expect(scan('Roger Nicolas, 0521196291', true)).toBe(false);
  expect(scan('Nadjwa Kessaix', true)).toBe(true);
});

test('rows are the same however the stream cuts them', async () => {
  const fields = [Buffer.from('a'), null, Buffer.alloc(70, 'b'), Buffer.alloc(0)];
  const row = Buffer.concat([
    Buffer.from([0, fields.length]),
    ...fields.flatMap((field) => {
      const length = Buffer.alloc(4);
      length.writeInt32BE(field?.length ?? -1);
      return field ? [length, field] : [length];
    }),
  ]);
  const header = Buffer.concat([Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1'), Buffer.alloc(8)]);
  const whole = Buffer.concat([header, row, row, row, Buffer.from([0xff, 0xff])]);
  for (let size = 1; size <= whole.length; size++) {
    const chunks = Array.from({ length: Math.ceil(whole.length / size) }, (_, at) =>
      whole.subarray(at * size, (at + 1) * size),
    );
    const read: (string | null)[][] = [];
    await readCopiedRows(Readable.from(chunks), fields.length, ({ bytes, starts, stops }) => {
      read.push(fields.map((_, at) => (starts[at] === -1 ? null : bytes.toString('utf8', starts[at], stops[at]))));
    });
    expect(read).toEqual(Array(3).fill(fields.map((field) => field?.toString() ?? null)));
  }
});
