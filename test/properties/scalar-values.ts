import fc from 'fast-check';
import type { SqlType } from './scalar-types.js';

const values = (...literals: string[]) => fc.constantFrom(...literals);

/** What a text form has to escape, or might take for something else. */
export const TEXTS = fc.oneof(
  values(
    '',
    ' ',
    '\\N',
    '\\.',
    '\\',
    '\\\\',
    'NULL',
    'null',
    '""',
    '{}',
    '{"a"}',
    '(,)',
    '\t',
    '\n',
    '\r',
    '\r\n',
    '\b\f\v\u0001\u007f\u0085',
    'tab\tline\nreturn\rback\\slash\\nend\\',
    '\n\\.\n',
    "it's \"quoted\" ''",
    'Aïn Témouchent عين تموشنت 🏠👩‍👩‍👧',
    'e\u0301\u200b\u202e\ufeff\uffff\u{10ffff}',
    ' spaces ',
    '$1 %s #{x} <b>&amp;</b> ; -- /*',
    'x'.repeat(9_000),
    'é\\\t'.repeat(3_000),
  ),
  fc.string({ unit: 'grapheme' }),
  fc.string({ unit: 'binary' }).map((text) => text.replaceAll('\0', '')),
);

const DIGITS = fc
  .array(fc.integer({ min: 0, max: 9 }), { minLength: 1_000, maxLength: 1_000 })
  .map((all) => all.join(''));

export const NUMBERS = fc.oneof(
  values(
    'NaN',
    '0',
    '0.000',
    '-0.10',
    '1e-1000',
    '-1e1000',
    '1e131071',
    '0.000000000000000000000000001',
    '10000',
    '9999',
  ),
  DIGITS,
  fc.tuple(DIGITS, DIGITS).map(([whole, part]) => `-${whole}.${part}`),
  fc.tuple(fc.bigInt(), fc.integer({ min: -400, max: 400 })).map(([digits, exponent]) => `${digits}e${exponent}`),
);

export const FLOATS = fc.oneof(
  values('NaN', 'Infinity', '-Infinity', '-0', '0.1', '1.17549435e-38'),
  fc.float({ noNaN: true, noDefaultInfinity: true }).map(String),
);

const twoDigits = (value: number) => String(value).padStart(2, '0');

function dates({ firstBc, last }: { firstBc: number; last: number }): fc.Arbitrary<string> {
  return fc
    .tuple(fc.integer({ min: -firstBc, max: last }), fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 28 }))
    .map(([year, month, day]) => {
      const [shown, era] = year > 0 ? [year, ''] : [1 - year, ' BC'];
      return `${String(shown).padStart(4, '0')}-${twoDigits(month)}-${twoDigits(day)}${era}`;
    });
}

export const DATES = fc.oneof(
  values(
    'infinity',
    '-infinity',
    '4714-11-24 BC',
    '5874897-12-31',
    '0001-12-31 BC',
    '1970-01-01',
    '2000-01-01',
    '2024-02-29',
  ),
  dates({ firstBc: 4_700, last: 5_874_000 }),
);

/** Without a time zone. */
export const TIMESTAMPS = fc.oneof(
  values(
    'infinity',
    '-infinity',
    '4714-11-24 00:00:00 BC',
    '294276-12-31 23:59:59.999999',
    '1999-12-31 23:59:59.999999',
  ),
  fc
    .tuple(
      dates({ firstBc: 4_700, last: 294_000 }),
      fc.integer({ min: 0, max: 86_399 }),
      fc.integer({ min: 0, max: 999_999 }),
    )
    .map(([date, seconds, micros]) => {
      const [day, era] = date.split(' ');
      const time = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60, seconds % 60].map(twoDigits).join(':');
      return `${day} ${time}.${String(micros).padStart(6, '0')}${era ? ' BC' : ''}`;
    }),
);

const INT32 = fc.integer({ min: -2147483648, max: 2147483647 });

export const INTERVALS = fc.oneof(
  values(
    '0',
    '1 year -3 months 4 days -05:06:07.000008',
    '-178000000 years',
    '1 mon',
    '30 days',
    '24:00:00',
    '-00:00:00.000001',
  ),
  fc.tuple(INT32, INT32, INT32).map(([months, days, hours]) => `${months} months ${days} days ${hours}:59:59.999999`),
);

const JSON_VALUE = fc.jsonValue({ stringUnit: 'grapheme' }).map((value) => JSON.stringify(value));

export const JSONS = fc.oneof(
  JSON_VALUE,
  TEXTS.map((text) => JSON.stringify({ [text]: [text, { deep: [text, null, -0, 1e300] }] })),
  values('{"é": "\\u00e9\\u0041\\/\\b\\f\\n\\r\\t\\"\\\\"}', '123456789012345678901234567890.000'),
);

const ALL_BYTES = Uint8Array.from({ length: 256 }, (_, byte) => byte);

export const BYTES = fc
  .oneof(
    fc.constantFrom(ALL_BYTES, new Uint8Array(0), new Uint8Array(5_000).fill(0x5c)),
    fc.uint8Array({ maxLength: 40 }),
  )
  .map((bytes) => `\\x${Buffer.from(bytes).toString('hex')}`);

const bytesAs = (count: number) =>
  fc
    .uint8Array({ minLength: count, maxLength: count })
    .map((bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(':'));

export const NETWORK: SqlType[] = [
  {
    sql: 'inet',
    value: fc.oneof(fc.ipV4(), values('192.168.0.1/24', '0.0.0.0/0', '::ffff:1.2.3.4/97', '::')),
    isKey: true,
  },
  { sql: 'cidr', value: values('10.0.0.0/8', '0.0.0.0/0', '2001:db8::/32', '::1/128', '255.255.255.255/32') },
  { sql: 'macaddr', value: bytesAs(6) },
  { sql: 'macaddr8', value: bytesAs(8) },
];

const point = fc.tuple(FLOATS, FLOATS).map(([x, y]) => `(${x},${y})`);
const points = fc.array(point, { minLength: 1, maxLength: 5 }).map((all) => all.join(','));

export const GEOMETRY: SqlType[] = [
  { sql: 'point', value: point },
  { sql: 'line', value: values('{1,-2,NaN}', '{-0,1e-5,Infinity}', '{0.1,0,3}') },
  { sql: 'lseg', value: fc.tuple(point, point).map(([from, to]) => `[${from},${to}]`) },
  { sql: 'box', value: fc.oneof(values('(1,1),(0,0)', '(0,0),(Infinity,-0)', '(NaN,NaN),(NaN,NaN)')) },
  {
    sql: 'path',
    value: fc.oneof(
      points.map((all) => `(${all})`),
      points.map((all) => `[${all}]`),
    ),
  },
  { sql: 'polygon', value: points.map((all) => `(${all})`) },
  { sql: 'circle', value: values('<(0,0),0>', '<(-0.1,1e300),Infinity>', '<(NaN,0),1>') },
];
