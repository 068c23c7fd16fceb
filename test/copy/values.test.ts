import { expect, test } from 'vitest';
import { createCopyWorld } from './world.js';

/** A type, and literals that its two wire forms could get wrong. */
const VALUES: Record<string, string[]> = {
  boolean: ['true', 'false'],
  smallint: ['-32768', '32767'],
  integer: ['-2147483648', '2147483647'],
  bigint: ['-9223372036854775808', '9223372036854775807'],
  numeric: ['NaN', '0.000000000000000000000000001', '123456789012345678901234567890.5', '-0'],
  real: ['NaN', 'Infinity', '1.17549435e-38', '0.1'],
  'double precision': ['-Infinity', '0.1', '1.7976931348623157e308', '-0'],
  money: ['$-92,233,720,368,547,758.08', '$0.01'],
  text: ['', '\\N', '\\.', 'tab\tline\nreturn\rback\\slash', 'Aïn Témouchent عين تموشنت 🏠', "it''s"],
  'character varying(12)': ['', ' spaces '],
  'character(6)': ['ab', ''],
  '"char"': ['x', ''],
  name: ['Quoted "name"'],
  bytea: ['', '\\x00ff0a095c'],
  date: ['infinity', '-infinity', '4713-01-01 BC', '2024-02-29'],
  time: ['24:00:00', '00:00:00.000001'],
  timetz: ['23:59:59.999999+15:59'],
  timestamp: ['infinity', '2024-02-29 12:00:00.123456', '0044-03-15 12:00:00 BC'],
  timestamptz: ['-infinity', '2024-10-27 01:30:00.5+02'],
  interval: ['1 year -3 months 4 days -05:06:07.000008', '0'],
  json: ['{"b": 1, "a":  "\\n", "b": null}', 'null'],
  jsonb: ['{"deep": [1, {"é": "\\u0041"}]}', '"tab\\t"'],
  jsonpath: ['$.a[*] ? (@ > 1)'],
  uuid: ['00000000-0000-0000-0000-000000000000', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'],
  inet: ['192.168.0.1/24', '::ffff:1.2.3.4'],
  cidr: ['10.0.0.0/8', '2001:db8::/32'],
  macaddr: ['08:00:2b:01:02:03'],
  macaddr8: ['08:00:2b:01:02:03:04:05'],
  'bit(5)': ['10101'],
  'bit varying': ['', '101'],
  tsvector: ["'a':1A 'b\\c':2,3"],
  tsquery: ["'fat' & !'rat' <2> 'cat':*A"],
  point: ['(0.1,-2)'],
  line: ['{1,2,3}'],
  lseg: ['[(0,0),(1,1)]'],
  box: ['(1,1),(0,0)'],
  path: ['((0,0),(1,1))', '[(0,0),(1,1)]'],
  polygon: ['((0,0),(1,1),(2,0))'],
  circle: ['<(0,0),2>'],
  int4range: ['empty', '[1,5)', '(,)'],
  tstzrange: ['["2024-01-01 00:00:00+00",infinity)'],
  numrange: ['(1.5,NaN]'],
  oid: ['4294967295'],
  pg_lsn: ['FFFFFFFF/FFFFFFFF'],
  xid8: ['18446744073709551615'],
  pg_snapshot: ['10:20:10,14'],
  'integer[]': ['{}', '{{1,2},{3,NULL}}', '[0:1]={7,8}'],
  'text[]': ['{"a,b","\\"q\\"","NULL",NULL,""}'],
  'timestamptz[]': ['{infinity,"2024-01-01 00:00:00+00"}'],
  'jsonb[]': ['{"{\\"a\\": 1}"}'],
  'numrange[]': ['{empty,"[1,2]"}'],
};

const schema = `create table everything (id int, ${Object.keys(VALUES)
  .map((type, at) => `c${at} ${type}`)
  .join(', ')})`;

const rows = Object.values(VALUES)
  .flatMap((literals, at) => literals.map((literal) => ({ at, literal })))
  .map(
    ({ at, literal }, id) =>
      `insert into everything (id, c${at}) values (${id}, $v$${literal.replaceAll("''", "'")}$v$)`,
  )
  .join(';\n');

test.each([
  [13, 'binary'],
  [13, 'text'],
  [18, 'binary'],
  [18, 'text'],
] as const)('every built-in type survives a copy on PostgreSQL %i over the %s wire', async (major, wire) => {
  await using world = await createCopyWorld({ major, schema, rows });
  await world.copy({ tables: await world.tables(wire) });

  const all = 'select t::text from everything t order by id';
  expect(await world.into.column(all)).toEqual(await world.from.column(all));
});

test('multiranges survive a copy over both wires', async () => {
  await using world = await createCopyWorld({
    major: 18,
    schema: 'create table by_binary (v int4multirange); create table by_text (v int4multirange)',
    rows: `insert into by_binary values ('{}'), ('{[1,3),[5,8)}'); insert into by_text table by_binary`,
  });
  const [byBinary, byText] = await world.tables();
  await world.copy({ tables: [byBinary, { ...byText, wire: 'text' }] as never });

  for (const table of ['by_binary', 'by_text']) {
    expect(await world.into.column(`select v::text from ${table}`)).toEqual(['{}', '{[1,3),[5,8)}']);
  }
});
