import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ValueMasker } from '../../contracts/value-masker.js';
import { TextRowMasker } from '../../engine/copy/text-rows.js';

type Row = (string | null)[];

const shout: ValueMasker = (value) => `${value.toUpperCase()}\t\\é\n`;
/** The same as `shout` on bytes. */
const shoutBytes: ValueMasker = Object.assign((value: string) => shout(value), {
  bytes(from: Buffer, at: number, stop: number, out: { bytes: Buffer; length: number; reserve(n: number): void }) {
    const masked = shout(from.toString('utf8', at, stop)) ?? '';
    out.reserve(3 * masked.length);
    out.length += out.bytes.write(masked, out.length);
    return true;
  },
});
const hide: ValueMasker = Object.assign(() => 'hidden', { isBlind: true });
const drop: ValueMasker = Object.assign(() => null, { isBlind: true });
const forget: ValueMasker = (value) => (value.length % 2 === 0 ? null : value);

test('masking in chunks of any size equals masking value by value', () => {
  const field = fc.option(
    fc.oneof(fc.string({ unit: 'grapheme' }), fc.constantFrom('', '\\N', '\\', '\t\n\r', 'é'.repeat(90))),
  );
  const tables = fc
    .array(fc.constantFrom(undefined, shout, shoutBytes, forget, hide, drop), { minLength: 1, maxLength: 6 })
    .chain((masks) =>
      fc.tuple(
        fc.constant(masks),
        fc.array(fc.array(field, { minLength: masks.length, maxLength: masks.length }), { maxLength: 12 }),
        fc.infiniteStream(fc.integer({ min: 1, max: 40 })),
      ),
    );

  fc.assert(
    fc.property(tables, ([masks, rows, sizes]) => {
      const masker = maskerOf(masks);
      const chunks = inChunks(Buffer.from(rows.map(encodeRow).join('')), sizes);
      const masked = Buffer.concat(chunks.map((chunk) => masker.push(chunk))).toString();
      masker.end();

      const expected = rows.map((row) => row.map((value, at) => naivelyMasked(value, masks[at])));
      expect(masked).toBe(expected.map(encodeRow).join(''));
      expect(masker.rows).toBe(rows.length);
      expect(masker.masked()).toEqual(
        masks.flatMap((mask, at) => (mask ? [[at, rows.filter((row) => row[at] !== null).length]] : [])),
      );
    }),
    { numRuns: 2_000 },
  );
});

test('every escape that COPY writes is decoded before the masker sees it', () => {
  const seen: string[] = [];
  const masker = maskerOf([
    (value) => {
      seen.push(value);
      return 'x';
    },
  ]);
  masker.push(Buffer.from('\\b\\f\\n\\r\\t\\v\\\\N\n'));
  expect(seen).toEqual(['\b\f\n\r\t\v\\N']);
});

test.each(['a', 'a\tb', 'a\t', '\\'])('rows that end in %j are cut off', (text) => {
  const masker = maskerOf([undefined, shout]);
  masker.push(Buffer.from(text));
  expect(() => masker.end()).toThrow('public.people: the last row is cut off');
});

test('rows that are not masked at their end are noticed when cut off', () => {
  const masker = maskerOf([shout, undefined]);
  masker.push(Buffer.from('a\tb'));
  expect(() => masker.end()).toThrow('cut off');
});

test('a generator that throws is named by its column, and its message kept to itself', () => {
  const masker = maskerOf([
    undefined,
    (value) => {
      throw new Error(`cannot mask ${value}`);
    },
  ]);
  let thrown: unknown;
  try {
    masker.push(Buffer.from('1\tsecret\n'));
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toMatchObject({
    code: 'GENERATOR_FAILED',
    message: 'masking public.people: the generator of column1 threw',
  });
  expect(thrown).not.toHaveProperty('cause');
});

function maskerOf(masks: (ValueMasker | undefined)[]): TextRowMasker {
  return new TextRowMasker({
    table: 'public.people',
    columns: masks.map((mask, at) => ({ name: `column${at}`, type: 'text', mask })),
  });
}

function naivelyMasked(value: string | null, mask: ValueMasker | undefined): string | null {
  return value === null || !mask ? value : mask(value);
}

/** As PostgreSQL writes it, but for escapes that only some values need. */
function encodeRow(row: Row): string {
  const fields = row.map((value) =>
    value === null
      ? '\\N'
      : value.replaceAll('\\', '\\\\').replaceAll('\t', '\\t').replaceAll('\n', '\\n').replaceAll('\r', '\\r'),
  );
  return `${fields.join('\t')}\n`;
}

function inChunks(bytes: Buffer, sizes: Iterable<number>): Buffer[] {
  const chunks: Buffer[] = [];
  let at = 0;
  for (const size of sizes) {
    if (at >= bytes.length) break;
    chunks.push(bytes.subarray(at, at + size));
    at += size;
  }
  return chunks;
}
