import type { ColumnDefinition, UniqueKey } from '../../contracts/schema.js';
import type { ColumnFacts } from './column-facts.js';
import { TEXT_TYPES } from './generator.js';

/** What unique keys ask of a column's values besides being different. `table` is `schema.table`. */
export function uniqueness(
  table: string,
  { name, shape }: ColumnDefinition,
  keys: readonly UniqueKey[],
): Pick<ColumnFacts, 'letterCase' | 'uniqueBy'> {
  const mentioned = placesOf(name);
  const ofColumn = keys.filter(({ columns }) => columns.includes(name));
  const expressions = ofColumn.flatMap(({ expressions = [] }) =>
    expressions.filter((sql) => sql.search(mentioned) >= 0),
  );
  const lost = expressions.find((sql) => !keepsDifferent(sql.replace(mentioned, ' ')));
  const uniqueBy = lost === undefined ? {} : { uniqueBy: lost };
  if (shape.kind !== 'scalar' || !TEXT_TYPES.includes(shape.name)) return uniqueBy;
  const isFolded = shape.name === 'citext' || expressions.some((sql) => /\b(?:lower|upper)\(/.test(sql));
  if (isFolded) return { ...uniqueBy, letterCase: 'ignored' };
  const isPlain = ofColumn.some(({ expressions = [] }) => !expressions.some((sql) => sql.search(mentioned) >= 0));
  return { ...uniqueBy, ...(isPlain && { letterCase: isLowerCase(table, name) ? 'ignored' : 'distinguishes' }) };
}

/** Where a column's name stands in SQL, as PostgreSQL quotes it or not. */
function placesOf(name: string): RegExp {
  const [plain, quoted] = [name, `"${name.replaceAll('"', '""')}"`].map((text) =>
    text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'),
  );
  return new RegExp(`${quoted}|(?<![\\p{L}\\p{N}_$"])${plain}(?![\\p{L}\\p{N}_$"(])`, 'gu');
}

/** Supabase's sign-in writes addresses in lower case only. */
function isLowerCase(table: string, column: string): boolean {
  return table === 'auth.users' && column === 'email';
}

/** Whether nothing is left of an expression without functions and casts that make of different values different ones, or of one in two cases the same. Other casts cut: `::varchar(3)`, `::name`. */
function keepsDifferent(sql: string): boolean {
  const rest = sql
    .replace(/'(?:[^']|'')*'(?:::(?:[\w.]+|"[^"]+")(?: varying)?(?:\(\d+\))?)?/g, ' ')
    .replace(/\b(?:lower|upper|btrim|md5|coalesce|sha256)\(/gi, '(')
    .replace(/::(?:text|(?:(?:\w+|"[^"]+")\.)?citext|character varying)\b(?![.(])/g, ' ')
    .replace(/\bcollate (?:[\w.]+|"[^"]+")+/gi, ' ');
  return /^[\s(),]*$/.test(rest);
}
