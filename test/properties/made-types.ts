import fc from 'fast-check';
import { quoteIdentifier, quoteLiteral, quoteRelation } from '../../engine/postgres/quote.js';
import { SCALARS, type SqlType } from './scalar-types.js';

/** Draws one value. */
export type Draw = <Value>(from: fc.Arbitrary<Value>) => Value;

export interface TypePool {
  /** Statements that make the user's types. */
  statements: string[];
  scalars: SqlType[];
  /** Made types whose values can be compared. */
  keys: SqlType[];
  /** Scalars, types made of them, and arrays of all. */
  any(draw: Draw): SqlType;
  /** Built-in types whose binary form means the same everywhere, and arrays of them. */
  portable(draw: Draw): SqlType;
}

const NAMES = ['Mood; "all"', 'addr.ess', "l'étage", 'x'.repeat(55), '表🏠', 'user'];

/** Built-in types of a version, and some enums, domains, composites and ranges made of them and of each other. */
export function drawTypes(draw: Draw, major: number, schema: string): TypePool {
  const scalars = SCALARS.filter(({ since = 13 }) => since <= major);
  const pool: TypePool = {
    statements: [],
    scalars,
    keys: [],
    any: (draw) => orArray(draw, draw(fc.constantFrom(...(made.length > 0 && draw(fc.boolean()) ? made : scalars)))),
    portable: (draw) =>
      orArray(draw, draw(fc.constantFrom(...scalars.filter(({ sql }) => !/^(reg|aclitem)/.test(sql))))),
  };
  const made: SqlType[] = [];
  for (const [at, name] of NAMES.entries()) {
    const make = at === 0 ? enumOf : draw(fc.constantFrom(enumOf, domainOf, compositeOf, compositeOf, rangeOf));
    const { statement, types } = make({ sql: quoteRelation({ schema, name }), draw, pool, major });
    pool.statements.push(statement);
    made.push(...types);
    pool.keys.push(...types.filter(({ isKey }) => isKey));
  }
  return pool;
}

interface MakeInput {
  /** The type's name. */
  sql: string;
  draw: Draw;
  pool: TypePool;
  major: number;
}

interface MadeType {
  statement: string;
  types: SqlType[];
}

const LABELS = [
  '',
  ' ',
  'sad',
  "it's; ok",
  'heureux « oui »',
  '\\N',
  '"',
  '{a,b}',
  '(,)',
  'back\\slash',
  'tab\t',
  'null',
];

function enumOf({ sql, draw }: MakeInput): MadeType {
  const labels = draw(fc.shuffledSubarray(LABELS, { minLength: 1 }));
  return {
    statement: `create type ${sql} as enum (${labels.map(literal).join(', ')})`,
    types: [{ sql, value: fc.constantFrom(...labels), isKey: true }],
  };
}

function domainOf({ sql, draw, pool }: MakeInput): MadeType {
  const base = pool.any(draw);
  const constraint = draw(fc.constantFrom('', ' not null', ` constraint "c; ""1""" check (value is null or true)`));
  return {
    statement: `create domain ${sql} as ${base.sql}${constraint}`,
    types: [{ sql, value: base.value, isNotNull: base.isNotNull === true || constraint === ' not null' }],
  };
}

function compositeOf({ sql, draw, pool }: MakeInput): MadeType {
  const fields = Array.from({ length: 1 + draw(fc.nat(3)) }, () => pool.any(draw));
  const list = fields.map((field, at) => `${quoteIdentifier(`Fïeld "${at}"`)} ${field.sql}`);
  const value = fc
    .tuple(...fields.map(({ value, isNotNull }) => (isNotNull ? value : fc.option(value))))
    .map((row) => `(${row.map(fieldText).join(',')})`);
  return { statement: `create type ${sql} as (${list.join(', ')})`, types: [{ sql, value }] };
}

function rangeOf({ sql, draw, pool, major }: MakeInput): MadeType {
  const subtype = draw(fc.constantFrom(...pool.scalars.filter(({ isKey, sql }) => isKey && !/\(|boolean/.test(sql))));
  const bound = subtype.value.map(fieldText);
  const value = fc.oneof(
    fc.constantFrom('empty', '(,)'),
    bound.map((lower) => `[${lower},)`),
    bound.map((upper) => `(,${upper}]`),
    bound.map((only) => `[${only},${only}]`),
  );
  const range = { sql, value, isKey: true };
  const multi = `${sql.slice(0, -1)} many"`;
  const named = major >= 14 ? `, multirange_type_name = ${multi}` : '';
  const multirange = {
    sql: multi,
    value: fc.oneof(
      fc.constant('{}'),
      value.map((one) => `{${one}}`),
    ),
  };
  return {
    statement: `create type ${sql} as range (subtype = ${subtype.sql}${named})`,
    types: major >= 14 ? [range, multirange] : [range],
  };
}

function orArray(draw: Draw, type: SqlType): SqlType {
  return draw(fc.nat(3)) === 0 ? arrayOf(type) : type;
}

export function arrayOf(element: SqlType): SqlType {
  const [, base = element.sql, collation = ''] = /^(.*?)( collate .*)?$/.exec(element.sql) ?? [];
  const delimiter = base === 'box' ? ';' : ',';
  const elements = (count: number) =>
    fc
      .array(element.isNotNull ? element.value : fc.option(element.value, { freq: 4 }), {
        minLength: count,
        maxLength: count,
      })
      .map((all) => all.map(elementText));
  const braced = (all: readonly string[]) => `{${all.join(delimiter)}}`;
  const value = fc.oneof(
    fc.constant('{}'),
    elements(1).map(braced),
    elements(3).map(braced),
    elements(2).map((all) => `[2147483645:2147483646]=${braced(all)}`),
    elements(3).map((all) => `[-1:1]=${braced(all)}`),
    elements(4).map((all) => braced([braced(all.slice(0, 2)), braced(all.slice(2))])),
    elements(4).map(
      (all) =>
        `[0:0][5:6][-2147483648:-2147483647]=${braced([braced([braced(all.slice(0, 2)), braced(all.slice(2))])])}`,
    ),
  );
  return { sql: `${base}[]${collation}`, value };
}

function elementText(value: string | null): string {
  return value === null ? 'NULL' : `"${value.replace(/["\\]/g, '\\$&')}"`;
}

/** Of a composite, or a bound of a range. */
function fieldText(value: string | null): string {
  return value === null ? '' : `"${value.replace(/["\\]/g, '$&$&')}"`;
}

export function literal(value: string): string {
  return quoteLiteral(value).trim();
}
