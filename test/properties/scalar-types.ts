import fc from 'fast-check';
import {
  BYTES,
  DATES,
  FLOATS,
  GEOMETRY,
  INTERVALS,
  JSONS,
  NETWORK,
  NUMBERS,
  TEXTS,
  TIMESTAMPS,
} from './scalar-values.js';

/** A type of column and the literals to fill it with. */
export interface SqlType {
  sql: string;
  value: fc.Arbitrary<string>;
  /** First version that has it. Default 13. */
  since?: number;
  /** Values can be compared, and so be bounds of a range or divide a table. */
  isKey?: boolean;
  /** A domain that refuses NULL. */
  isNotNull?: boolean;
}

const values = (...literals: string[]) => fc.constantFrom(...literals);
const integer = (min: bigint, max: bigint) =>
  fc.oneof(values(String(min), String(max), '0'), fc.bigInt({ min, max }).map(String));

/** Every built-in type that a column can have, with the values that its two wire forms could get wrong. */
export const SCALARS: SqlType[] = [
  { sql: 'boolean', value: values('true', 'false'), isKey: true },
  { sql: 'smallint', value: integer(-32768n, 32767n), isKey: true },
  { sql: 'integer', value: integer(-2147483648n, 2147483647n), isKey: true },
  { sql: 'bigint', value: integer(-9223372036854775808n, 9223372036854775807n), isKey: true },
  { sql: 'numeric', value: NUMBERS, isKey: true },
  { sql: 'numeric', value: values('Infinity', '-Infinity', 'NaN'), since: 14 },
  { sql: 'numeric(12,4)', value: values('0', '-99999999.9999', '0.0001', 'NaN') },
  { sql: 'numeric(3,5)', value: values('0.00999', '-0.00001'), since: 15 },
  { sql: 'numeric(5,-2)', value: values('1234567', '-100'), since: 15 },
  { sql: 'real', value: fc.oneof(FLOATS, values('1e-45', '3.4028235e+38')) },
  { sql: 'double precision', value: fc.oneof(FLOATS, values('5e-324', '1.7976931348623157e308')), isKey: true },
  { sql: 'money', value: values('-92233720368547758.08', '0', '0.01', '92233720368547758.07') },
  { sql: 'text', value: TEXTS, isKey: true },
  { sql: 'text collate "C"', value: TEXTS },
  { sql: 'character varying', value: TEXTS },
  { sql: 'character varying(40)', value: TEXTS.map((text) => [...text].slice(0, 40).join('')), isKey: true },
  { sql: 'character(6)', value: TEXTS.map((text) => [...text].slice(0, 6).join('')) },
  { sql: 'bpchar', value: TEXTS },
  { sql: '"char"', value: values('', 'x', ' ', '\\', '"', "'", '\t') },
  { sql: 'name', value: TEXTS.map((text) => [...text].slice(0, 15).join('')) },
  { sql: 'bytea', value: BYTES, isKey: true },
  { sql: 'date', value: DATES, isKey: true },
  { sql: 'time', value: values('24:00:00', '00:00:00', '23:59:59.999999') },
  { sql: 'time(0)', value: values('24:00:00', '12:34:56.7') },
  { sql: 'timetz', value: values('24:00:00-15:59', '23:59:59.999999+15:59', '00:00:00+05:30:15') },
  { sql: 'timestamp', value: TIMESTAMPS, isKey: true },
  { sql: 'timestamp(3)', value: values('infinity', '2024-02-29 12:00:00.1239', '0044-03-15 12:00:00.001 BC') },
  { sql: 'timestamptz', value: TIMESTAMPS.map((moment) => moment.replace(/(?= BC$)|(?<=\d)$/, '+00')), isKey: true },
  { sql: 'interval', value: INTERVALS },
  { sql: 'interval', value: values('infinity', '-infinity'), since: 17 },
  { sql: 'interval day to second(2)', value: values('-3 days 04:05:06.789', '1 day -00:00:00.01') },
  { sql: 'json', value: JSONS },
  {
    sql: 'json',
    value: values('{"b": 1, "a":  "\\n", "b": null}', ' [ 1 , 2 ] ', '{"nul": "\\u0000"}', '"\\ud83d\\ude00"'),
  },
  { sql: 'jsonb', value: JSONS },
  { sql: 'jsonb', value: values('1e400', '{"\\"": "\\\\", "": "\\t\\u0001"}', '-0.0', 'null', '{}', '[]') },
  { sql: 'jsonpath', value: values('$', 'strict $.a[*] ? (@ > 1 && @.b like_regex "^\\\\d\\"")', '$."tab\\t\\"q\\""') },
  {
    sql: 'xml',
    value: values(
      '',
      '<a/>',
      'text &amp; <b c="é&#10;">t</b>',
      '<![CDATA[ <&> \\. ]]>',
      '<!DOCTYPE a><a/>',
      '<?xml version="1.1" standalone="yes"?><é/>',
    ),
  },
  { sql: 'uuid', value: fc.oneof(fc.uuid(), values('00000000-0000-0000-0000-000000000000')), isKey: true },
  ...NETWORK,
  { sql: 'bit', value: values('0', '1') },
  { sql: 'bit(13)', value: values('0000000000000', '1010101010101') },
  { sql: 'bit varying', value: fc.array(fc.constantFrom('0', '1'), { maxLength: 70 }).map((bits) => bits.join('')) },
  { sql: 'bit varying(5)', value: values('', '1', '10101') },
  { sql: 'tsvector', value: values('', "'a':1A,16383B 'b\\\\c':2,3 'it''s'", "'é' ' ' '\t'", 'plain words') },
  { sql: 'tsquery', value: values('', "'fat' & !'rat' <2> 'cat':*AB", "!!'a' | ( 'b' & '''':D )", "'back\\\\slash'") },
  ...GEOMETRY,
  { sql: 'int4range', value: values('empty', '(,)', '[1,5)', '[-2147483648,]'), isKey: true },
  { sql: 'int8range', value: values('empty', '(,9]', '[-9223372036854775808,0]') },
  { sql: 'numrange', value: values('empty', '(1.50,NaN]', '[0.0,0.00]', '(,)') },
  { sql: 'daterange', value: values('empty', '[-infinity,infinity]', '["4713-01-01 BC",2024-02-29)', '(,)') },
  { sql: 'tsrange', value: values('empty', '["0044-03-15 12:00:00 BC",infinity)', '(-infinity,)') },
  { sql: 'tstzrange', value: values('["2024-01-01 00:00:00+00",infinity)', '(,"2024-01-01 00:00:00.000001+00"]') },
  { sql: 'int4multirange', value: values('{}', '{(,)}', '{[1,3),[5,8)}'), since: 14 },
  { sql: 'nummultirange', value: values('{}', '{(,-1.50),[0.0,0.00],(1,NaN]}'), since: 14 },
  { sql: 'datemultirange', value: values('{["4713-01-01 BC",2024-02-29),[2025-01-01,infinity]}'), since: 14 },
  { sql: 'tstzmultirange', value: values('{(,"2024-01-01 00:00:00+00"],("2024-01-01 00:00:01+00",)}'), since: 14 },
  { sql: 'oid', value: values('0', '4294967295'), isKey: true },
  { sql: 'xid', value: values('0', '4294967295') },
  { sql: 'xid8', value: values('0', '18446744073709551615') },
  { sql: 'cid', value: values('0', '4294967295') },
  { sql: 'tid', value: values('(0,0)', '(4294967295,65535)') },
  { sql: 'pg_lsn', value: values('0/0', 'FFFFFFFF/FFFFFFFF', '16/B374D848') },
  { sql: 'pg_snapshot', value: values('10:20:10,14', '1:1:') },
  { sql: 'txid_snapshot', value: values('10:20:10,14') },
  { sql: 'int2vector', value: values('', '1', '-1 2 3') },
  { sql: 'oidvector', value: values('', '4294967295 1') },
  { sql: 'refcursor', value: TEXTS },
  { sql: 'aclitem', value: values('postgres=r*w/postgres', '=X/postgres') },
  { sql: 'regclass', value: values('0', '4294967295', 'pg_catalog.pg_class', '"of rows"."numbered ""one"""') },
  { sql: 'regtype', value: values('0', 'integer[]', 'pg_catalog.timestamptz', '"of rows"."Mood; ""all"""') },
  { sql: 'regproc', value: values('0', 'pg_catalog.now', '"of rows"."func tion"') },
  { sql: 'regprocedure', value: values('0', 'pg_catalog.abs(numeric)', '"of rows"."func tion"(integer)') },
  { sql: 'regoper', value: values('0', '4294967295') },
  { sql: 'regoperator', value: values('0', '+(integer,integer)', '-(NONE,numeric)') },
  { sql: 'regrole', value: values('0', 'postgres', '4294967295') },
  { sql: 'regnamespace', value: values('0', 'pg_catalog', '"of rows"') },
  { sql: 'regconfig', value: values('0', 'pg_catalog.french') },
  { sql: 'regdictionary', value: values('0', 'pg_catalog.simple') },
  { sql: 'regcollation', value: values('0', 'pg_catalog."C"', '4294967295') },
];
