import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ByteBuffer } from '../../engine/postgres/byte-buffer.js';
import { createDatabase } from '../support/databases.js';
import { maskerOf, scalar } from './builders.js';

const jsonb = { shape: scalar('jsonb') };
const json = maskerOf('json', jsonb);

test('text leaves are masked, keys and other leaves stay byte for byte', () => {
  expect(
    json('{ "color2": "Rouge 7", "n": 12345678901234567890.120, "ok": true, "no": null, "l": ["ab", 1e400] }'),
  ).toBe('{ "color2": "xxxxx 0", "n": 12345678901234567890.120, "ok": true, "no": null, "l": ["xx", 1e400] }');
});

test('no letter of a text leaf survives, whatever the document', () => {
  const secret = fc.stringMatching(/^[a-wA-W]{3,12}$/);
  const document = fc.letrec((tie) => ({
    node: fc.oneof(
      { maxDepth: 4 },
      secret,
      fc.constantFrom(1, null, true),
      fc.array(tie('node'), { maxLength: 3 }),
      fc.dictionary(fc.constantFrom('k1', 'k2', 'k"3'), tie('node'), { maxKeys: 3 }),
    ),
  })).node;
  fc.assert(
    fc.property(document, (value) => {
      const masked = JSON.parse(json(JSON.stringify(value)) ?? '');
      const shapeOf = (node: unknown) =>
        JSON.stringify(node).replace(/"[a-wA-Wx]+"/g, (leaf) => 'x'.repeat(leaf.length));
      expect(shapeOf(masked)).toBe(shapeOf(value));
      expect(JSON.stringify(masked).replaceAll(/k[12]|k\\"3|true|null/g, '')).not.toMatch(/[a-wA-W]/);
    }),
    { interruptAfterTimeLimit: 30_000 },
  );
});

test('a leaf whose key says what it is becomes what a column of that name becomes', () => {
  const masked = JSON.parse(json('{"old": {"email": "a@x.dz", "phone": "0551234567"}}') ?? '');
  expect(masked.old).toEqual({ email: maskerOf('email')('a@x.dz'), phone: maskerOf('phone')('0551234567') });
});

test('paths decide first: by key, by * and by ** at any depth, through arrays', () => {
  const masker = maskerOf('json', {
    ...jsonb,
    paths: { 'owner.who': 'email', '*.secret': 'null', '**.tel2': 'phone', settings: 'keep' },
  });
  const masked = JSON.parse(
    masker(
      '{"owner":{"who":"a@x.dz"},"x":{"secret":"s"},"deep":[{"a":[{"tel2":"0551234567"}]}],"settings":{"theme":"dark"}}',
    ) ?? '',
  );
  expect(masked).toEqual({
    owner: { who: maskerOf('email')('a@x.dz') },
    x: { secret: null },
    deep: [{ a: [{ tel2: maskerOf('phone')('0551234567') }] }],
    settings: { theme: 'dark' },
  });
});

test('numbers are masked only where a path or the key says so', () => {
  const masked = JSON.parse(json('{"phone": 213551234567, "amount": 4200}') ?? '');
  expect(masked).toEqual({ phone: Number(maskerOf('phone')('213551234567')), amount: 4200 });
});

test('identifiers of rows and dates stay, unless the key is a birth', () => {
  const kept =
    '{"id": "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11", "at": "2024-05-06T07:08:09.123456+00:00", "on": "2024-05-06"}';
  expect(json(kept)).toBe(kept);
  expect(json('{"date_of_birth": "1990-05-06"}')).toBe(`{"date_of_birth": "${maskerOf('birthDate')('1990-05-06')}"}`);
});

test('a key that is an e-mail is masked too', () => {
  expect(json('{"a@x.dz": 1}')).toBe(`{"${maskerOf('email')('a@x.dz')}": 1}`);
});

test('text that is not JSON is masked as a whole', () => {
  const masker = maskerOf('json');
  for (const broken of ['Ahmed', '{"a": "Ahmed"', '{"a" "b"}', '["a",]', '"a" "b"', '{"a": "\\x"}'])
    expect(masker(broken)).toBe(maskerOf('mask')(broken));
});

test('a number alone in a text column is no document: it is masked as a whole, and so is one that JSON cannot have', () => {
  const masker = maskerOf('json');
  for (const value of ['0612345678', '213551234567', ' 4200 ', 'true', '[0612345678]', '{"n": 007}']) {
    expect(masker(value)).toBe(maskerOf('mask')(value));
    const from = Buffer.from(value);
    expect(masker.bytes?.(from, 0, from.length, new ByteBuffer(64))).toBe(false);
  }
  expect(masker(' {"n": 0, "m": [10, -0.5]}')).toBe(' {"n": 0, "m": [10, -0.5]}');
});

test('a document that would outgrow its column is masked as a whole; one that fits, padded or not, stays a document', () => {
  const [short, padded] = ['varchar', 'bpchar'].map((name) =>
    maskerOf('json', { shape: scalar(name), maxLength: 40, paths: { to: 'email' } }),
  );
  const bytesOf = (value: string) => {
    const [from, out] = [Buffer.from(value), new ByteBuffer(64)];
    return short?.bytes?.(from, 0, from.length, out) ? out.written().toString() : undefined;
  };
  expect(short?.('{"to": "a@x.dz", "by": "b@x"}')).toBe('{"xx": "x@x.xx", "xx": "x@x"}');
  expect(bytesOf('{"to": "a@x.dz", "by": "b@x"}')).toBeUndefined();
  expect(short?.('{"to": "a@x.dz"}')).toBe(`{"to": "${maskerOf('email')('a@x.dz')}"}`);
  expect(bytesOf('{"to": "a@x.dz"}')).toBe(short?.('{"to": "a@x.dz"}'));
  expect(padded?.('{"to": "a@x.dz"}'.padEnd(40))?.trimEnd()).toBe(short?.('{"to": "a@x.dz"}'));
});

test('a document of five megabytes and one nested a thousand deep are rewritten', () => {
  const long = JSON.stringify({ a: 'é"\\'.repeat(1_250_000) });
  expect(JSON.parse(json(long) ?? '').a).toBe('x"\\'.repeat(1_250_000));
  const deep = `${'['.repeat(900)}"a"${']'.repeat(900)}`;
  expect(json(deep)).toBe(deep.replace('a', 'x'));
});

test('PostgreSQL takes every rewritten jsonb', async () => {
  await using database = await createDatabase();
  await using session = await database.session();
  await fc.assert(
    fc.asyncProperty(fc.json({ maxDepth: 3 }), async (text) => {
      fc.pre(!/\\u0000|\\ud[89a-f]/i.test(text));
      const { document } = await session.one<{ document: string }>('select $1::jsonb::text as document', [text]);
      const masked = json(document);
      const { back } = await session.one<{ back: string }>('select $1::jsonb::text as back', [masked]);
      expect(JSON.parse(back)).toEqual(JSON.parse(masked ?? ''));
    }),
    { numRuns: 100 },
  );
});
