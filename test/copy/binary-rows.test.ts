import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ValueMasker } from '../../contracts/value-masker.js';
import { BinaryRowMasker } from '../../engine/copy/binary-rows.js';
import { createCopyWorld } from './world.js';

const upper: ValueMasker = (value) => value.toUpperCase();
const shout: ValueMasker = Object.assign((value: string) => `${value}!`, {
  bytes(from: Buffer, at: number, stop: number, out: { bytes: Buffer; length: number; reserve(n: number): void }) {
    out.reserve(stop - at + 1);
    out.length += from.copy(out.bytes, out.length, at, stop);
    out.bytes[out.length++] = 0x21;
    return true;
  },
});
const hide: ValueMasker = Object.assign(() => 'hidden', { isBlind: true });
const drop: ValueMasker = Object.assign(() => null, { isBlind: true });
const forget: ValueMasker = (value) => (value.length % 2 === 0 ? null : value);

type Row = (string | null)[];

test('masking in chunks of any size equals masking value by value', () => {
  const field = fc.option(fc.oneof(fc.string({ unit: 'grapheme' }), fc.constantFrom('', 'é'.repeat(90))));
  const tables = fc
    .array(fc.constantFrom(undefined, upper, shout, forget, hide, drop), { maxLength: 6 })
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
      const masked = Buffer.concat(inChunks(encode(rows), sizes).map((chunk) => masker.push(chunk)));
      masker.end();
      const expected = rows.map((row) =>
        row.map((value, at) => (value === null ? null : (masks[at] ?? String)(value))),
      );
      expect(masked.equals(encode(expected))).toBe(true);
      expect(masker.rows).toBe(rows.length);
      expect(masker.masked()).toEqual(
        masks.flatMap((mask, at) => (mask ? [[at, rows.filter((row) => row[at] !== null).length]] : [])),
      );
    }),
  );
});

test('rows without the trailer are cut off', () => {
  const masker = maskerOf([upper]);
  masker.push(encode([['a']]).subarray(0, -2));
  expect(() => masker.end()).toThrow('public.people: the last row is cut off');
});

test('a generator that throws is named by its column, and its message kept to itself', () => {
  const masker = maskerOf([
    undefined,
    (value) => {
      throw new Error(`cannot mask ${value}`);
    },
  ]);
  expect(() => masker.push(encode([['1', 'secret']]))).toThrow('masking public.people: the generator of column1 threw');
});

/** Numbers that a binary form could get wrong. */
const NUMBERS = [
  '0',
  '-0.5',
  '1',
  '9999',
  '10000',
  '10000.0001',
  '-12345678901234567890.12345',
  '0.00000001',
  '1e-30',
  '1000000000000',
  '0.10',
  '120.00',
  'NaN',
];

test.each([13, 15, 17, 18] as const)(
  'types that are masked on the binary wire are read and written as PostgreSQL %i means them',
  async (major) => {
    const types = {
      t: 'text',
      v: 'varchar(40)',
      b: 'char(9)',
      n: 'name',
      j: 'json',
      jb: 'jsonb',
      by: 'bytea',
      u: 'uuid',
      i2: 'smallint',
      i4: 'integer',
      i8: 'bigint',
      nu: 'numeric',
      ta: 'text[]',
      ia: 'bigint[]',
    };
    const columns = Object.entries(types)
      .map(([name, type]) => `${name} ${type}`)
      .join(', ');
    await using world = await createCopyWorld({
      major,
      schema: `create table kinds (id int primary key, ${columns})`,
      rows: `
      insert into kinds values
        (1, 'a', 'é', 'c', 'd', '{"a": 1}', '{"b": [1, null]}', '\\x00ff', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11',
          -32768, 2147483647, -9223372036854775808, 1.50, '{a,NULL,"b c"}', '[0:1]={1,-2}'),
        (2, '', '', '', '', 'null', '"x"', '', '00000000-0000-0000-0000-000000000000', 0, 0, 0, 0, '{}', '{{1,NULL},{3,4}}');
      insert into kinds (id, nu) select 10 + n, v::numeric from unnest(array['${NUMBERS.join("','")}']) with ordinality as given(v, n)`,
    });
    const [table] = await world.tables();
    const shapes = Object.fromEntries(
      Object.entries(types).map(([name, type]) => {
        const scalar = {
          kind: 'scalar' as const,
          name: CATALOG_NAMES[type.replace(/\(.*|\[\]/g, '')] ?? type.replace(/\(.*|\[\]/g, ''),
        };
        return [name, type.endsWith('[]') ? { kind: 'array' as const, element: scalar, delimiter: ',' } : scalar];
      }),
    );
    const plan = {
      ...table,
      columns: table?.columns.map(({ name, shape }) => ({ name, shape: shapes[name] ?? shape })) ?? [],
    };
    const same: ValueMasker = (value) => value;
    const eachElement: ValueMasker = Object.assign((value: string) => value, { elements: same });
    const masks = plan.columns.map(({ name, shape }) =>
      name === 'id' ? undefined : shape.kind === 'array' ? eachElement : same,
    );
    const [totals] = await world.copy({ tables: [plan as never], maskerOf: () => ({ columns: masks }) });

    const all = 'select t::text from kinds t order by id';
    expect(await world.into.column(all)).toEqual(await world.from.column(all));
    expect(totals?.maskedValues).toMatchObject({ nu: NUMBERS.length + 2, ta: 2 });
  },
);

const CATALOG_NAMES: Record<string, string> = { char: 'bpchar', smallint: 'int2', integer: 'int4', bigint: 'int8' };

function maskerOf(masks: (ValueMasker | undefined)[]): BinaryRowMasker {
  return new BinaryRowMasker({
    table: 'public.people',
    columns: masks.map((mask, at) => ({ name: `column${at}`, type: 'text', mask })),
  });
}

/** As PostgreSQL writes it. */
function encode(rows: Row[]): Buffer {
  const header = Buffer.concat([Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1'), Buffer.alloc(8)]);
  const int = (size: 2 | 4, value: number) => {
    const bytes = Buffer.alloc(size);
    bytes.writeIntBE(value, 0, size);
    return bytes;
  };
  const field = (value: string | null) =>
    value === null ? int(4, -1) : Buffer.concat([int(4, Buffer.byteLength(value)), Buffer.from(value)]);
  return Buffer.concat([header, ...rows.flatMap((row) => [int(2, row.length), ...row.map(field)]), int(2, -1)]);
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
