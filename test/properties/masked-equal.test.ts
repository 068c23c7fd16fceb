import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { AnonymizationType } from '../../contracts/anonymization.js';
import type { ColumnRule } from '../../contracts/plan.js';
import { createDatabase } from '../support/databases.js';
import { cloneByEngine } from './engine-clone.js';
import { arrayOf, type Draw, literal } from './made-types.js';
import { reporter, runsOf } from './runs.js';
import type { SqlType } from './scalar-types.js';
import { BYTES, DATES, JSONS, NUMBERS, TEXTS, TIMESTAMPS } from './scalar-values.js';

/** A type, what may be done to it, and the most characters that fit. */
interface MaskedType extends SqlType {
  rules: readonly AnonymizationType[];
  maxLength?: number;
  isArray?: boolean;
}

const PERSONAL = fc.constantFrom(
  'Amina.Bensaïd@Example.ORG',
  '+213 (0)555-12-34-56',
  '0555123456',
  'عائشة بن علي',
  'ÉLODIE',
  'o\'Neil \\ "Jr"',
  '12, rue Didouche\n16000 Alger',
  'DZ580002100001113000000570',
  '12345678901234567890',
  'a\u0301\u0301 👩‍👩‍👧',
);
const WORDS = fc.oneof(PERSONAL, PERSONAL, TEXTS);
const clipped = (most: number) => WORDS.map((text) => [...text].slice(0, most).join(''));
const whole = (bits: number) => fc.bigInt({ min: -(2n ** BigInt(bits)), max: 2n ** BigInt(bits) - 1n }).map(String);
const addresses = fc.oneof(
  fc.ipV4(),
  fc.ipV6().filter((address) => !address.includes('%')),
  fc.constantFrom('10.0.0.1/8', '::1', '::ffff:10.1.2.3/120', 'fe80::1/64', '0.0.0.0/0'),
);
const documents = fc.oneof(
  JSONS,
  fc
    .record({ email: WORDS, owner: fc.record({ phone: PERSONAL, age: fc.integer() }), tags: fc.array(WORDS) })
    .map((document) => JSON.stringify(document)),
);

const OF_TEXT = [
  'email',
  'guestEmail',
  'fullName',
  'firstName',
  'phone',
  'address',
  'accountNumber',
  'formatPreserving',
  'cardNumber',
  'birthDate',
  'date',
  'ip',
  'url',
  'uuid',
  'token',
  'username',
  'text',
  'mask',
  'null',
  'empty',
  'constant',
] as const;
const OF_ARRAYS = ['email', 'fullName', 'phone', 'text', 'mask'] as const;
const OF_DAYS = ['date', 'birthDate', 'null'] as const;
const OF_NUMBERS = ['phone', 'accountNumber', 'null'] as const;

const TYPES: readonly MaskedType[] = [
  { sql: 'text', value: WORDS, rules: OF_TEXT },
  { sql: 'character varying', value: WORDS, rules: OF_TEXT },
  { sql: 'character varying(40)', value: clipped(40), rules: OF_TEXT, maxLength: 40 },
  { sql: 'character varying(5)', value: clipped(5), rules: OF_TEXT, maxLength: 5 },
  { sql: 'character(12)', value: clipped(12), rules: OF_TEXT, maxLength: 12 },
  { sql: 'public.citext', value: WORDS, rules: OF_TEXT },
  { sql: 'public.words', value: WORDS, rules: OF_TEXT },
  { sql: 'json', value: documents, rules: ['json', 'json', 'empty'] },
  { sql: 'jsonb', value: documents, rules: ['json', 'json', 'empty'] },
  { sql: 'uuid', value: fc.uuid(), rules: ['mask'] },
  { sql: 'bytea', value: BYTES, rules: ['mask', 'empty'] },
  { sql: 'date', value: DATES, rules: OF_DAYS },
  { sql: 'timestamp', value: TIMESTAMPS, rules: OF_DAYS },
  { sql: 'timestamptz', value: TIMESTAMPS.map((moment) => moment.replace(/(?= BC$)|(?<=\d)$/, '+00')), rules: OF_DAYS },
  { sql: 'inet', value: addresses, rules: ['ip', 'ip', 'null'] },
  { sql: 'smallint', value: whole(15), rules: OF_NUMBERS },
  { sql: 'integer', value: whole(31), rules: OF_NUMBERS },
  { sql: 'bigint', value: whole(63), rules: OF_NUMBERS },
  { sql: 'numeric', value: fc.oneof(NUMBERS, whole(60)), rules: OF_NUMBERS },
  { sql: 'numeric(12,4)', value: fc.constantFrom('-99999999.9999', '0', '0.0100', '42', 'NaN'), rules: OF_NUMBERS },
  { ...arrayOf({ sql: 'text', value: WORDS }), rules: [...OF_ARRAYS, 'empty', 'null'], isArray: true },
  { ...arrayOf({ sql: 'character varying(40)', value: clipped(40) }), rules: OF_ARRAYS, maxLength: 40, isArray: true },
  { ...arrayOf({ sql: 'character(12)', value: clipped(12) }), rules: OF_ARRAYS, maxLength: 12, isArray: true },
  { ...arrayOf({ sql: 'jsonb', value: documents }), rules: ['json'], isArray: true },
  { ...arrayOf({ sql: 'uuid', value: fc.uuid() }), rules: ['mask'], isArray: true },
  { ...arrayOf({ sql: 'bytea', value: BYTES }), rules: ['mask'], isArray: true },
  { ...arrayOf({ sql: 'numeric', value: NUMBERS }), rules: ['phone', 'accountNumber'], isArray: true },
  { ...arrayOf({ sql: 'bigint', value: whole(63) }), rules: ['phone', 'accountNumber'], isArray: true },
];

interface MaskedColumn {
  name: string;
  type: MaskedType;
  rule: ColumnRule;
}

test.each([13, 18] as const)(
  'on PostgreSQL %i a value is masked to the same over both wires',
  async (major) => {
    await fc.assert(
      fc.asyncProperty(fc.gen(), async (generate) => {
        const draw: Draw = (from) => generate(() => from);
        const columns = Array.from({ length: 12 }, (_, at) => drawColumn(draw, at));
        const rows = Array.from({ length: 25 }, (_, at) => [
          String(at),
          ...columns.map((column) => drawValue(draw, column)),
        ]);
        const names = columns.map(({ name }) => name);
        await using from = await createDatabase({ major, sql: sourceSql(columns, rows) });
        await using into = await createDatabase({ major });

        const { plan } = await cloneByEngine({
          from,
          into,
          rules: rulesOf(columns, ['public.plain', 'public.with_text']),
        });

        const [plain, withText] = ['plain', 'with_text'].map(
          (table) => `select row(${names.join(', ')})::text from public.${table} order by id`,
        );
        expect(await into.column(`${withText}`)).toEqual(await into.column(`${plain}`));
        const wires = new Map(plan.units.flatMap(({ tables }) => tables.map(({ name, wire }) => [name, wire])));
        const isBinary = columns.every(({ type, rule }) => !(type.isArray && rule.type === 'empty'));
        expect(Object.fromEntries(wires)).toEqual({ plain: isBinary ? 'binary' : 'text', with_text: 'text' });
      }),
      { ...runsOf({ least: 2, major }), reporter },
    );
  },
  120_000,
);

function drawColumn(draw: Draw, at: number): MaskedColumn {
  const type = draw(fc.constantFrom(...TYPES));
  const rule = draw(fc.constantFrom(...type.rules));
  return {
    name: `c${at}`,
    type,
    rule: {
      type: rule,
      domain: draw(fc.constantFrom('one', 'two')),
      isUnique: type.maxLength === undefined && draw(fc.boolean()),
      preserveFormat: draw(fc.boolean()),
      ...(type.maxLength !== undefined && { maxLength: type.maxLength }),
      ...(rule === 'json' && { paths: { email: 'email', '**.phone': 'phone', 'tags.*': 'keep' } }),
      ...(rule === 'constant' && { value: '\\N\té' }),
    },
  };
}

function drawValue(draw: Draw, { type }: MaskedColumn): string | null {
  return draw(fc.option(type.value, { freq: 8 }));
}

/** Two tables with the same rows; a column of the second has a type that is not portable. */
function sourceSql(columns: readonly MaskedColumn[], rows: readonly (readonly (string | null)[])[]): string {
  const definitions = ['id integer', ...columns.map(({ name, type }) => `${name} ${type.sql}`)].join(', ');
  const tuples = rows.map((row) => `(${row.map((value) => (value === null ? 'null' : literal(value))).join(', ')})`);
  return `
    create extension citext;
    create domain words as text;
    create type mood as enum ('glad');
    create table plain (${definitions});
    insert into plain values ${tuples.join(', ')};
    create table with_text (${definitions}, moods mood[]);
    insert into with_text select *, '{glad}' from plain`;
}

function rulesOf(columns: readonly MaskedColumn[], tables: readonly string[]): Map<string, Map<string, ColumnRule>> {
  return new Map(tables.map((table) => [table, new Map(columns.map(({ name, rule }) => [name, rule]))]));
}
