import { parseSync } from 'libpg-query';

/**
 * Whether two statements of the same kind differ only in what a server writes otherwise once it has read its own text: where the casts of a list stand
 * (`(ARRAY['a'::varchar])::text[]`, `ARRAY[('a'::varchar)::text]`), names of a subquery's columns that had none, and, from version 18 on, of NOT NULL.
 */
export function isSameMeaning(one: string, other: string): boolean {
  try {
    return JSON.stringify(meaningOf(one)) === JSON.stringify(meaningOf(other));
  } catch {
    return false; // what cannot be parsed is compared as text
  }
}

function meaningOf(sql: string): unknown {
  return withoutSpelling(parseSync(sql).stmts ?? [], { isNamed: true });
}

/** A parse tree without casts and positions. `isNamed`: names of the columns are those of the object. */
function withoutSpelling(node: unknown, { isNamed }: { isNamed: boolean }): unknown {
  if (Array.isArray(node)) return node.map((item) => withoutSpelling(item, { isNamed }));
  if (typeof node !== 'object' || node === null) return node;
  const { TypeCast: cast } = node as { TypeCast?: { arg?: unknown } };
  if (cast) return withoutSpelling(cast.arg, { isNamed });
  return Object.fromEntries(
    Object.entries(node).flatMap(([key, value]) => {
      if (POSITIONS.has(key) || (key === 'conname' && isNotNull(node))) return [];
      if (key === 'ResTarget') return [[key, target(value, isNamed)]];
      return [[key, withoutSpelling(value, { isNamed: isNamed && !INNER.has(key) })]];
    }),
  );
}

function isNotNull(node: object): boolean {
  return 'contype' in node && node.contype === 'CONSTR_NOTNULL';
}

function target(value: { name?: string }, isNamed: boolean): unknown {
  const { name, ...rest } = value;
  const inner = withoutSpelling(rest, { isNamed: false });
  return isNamed ? { name, inner } : { inner };
}

const POSITIONS = new Set([
  'location',
  'stmt_location',
  'stmt_len',
  'list_start',
  'list_end',
  'rexpr_list_start',
  'rexpr_list_end',
]);
/** Of a SELECT: what its columns' names are not taken from. */
const INNER = new Set(['fromClause', 'whereClause', 'withClause', 'rarg']);
