import type { ColumnPlan } from '../../contracts/plan.js';
import type { TypeShape } from '../../contracts/schema.js';
import { quoteIdentifier } from '../postgres/quote.js';

/** Hashes the rows of a table of alias `t`. NULL without columns and without rows. */
export function checksumSql(columns: readonly ColumnPlan[], encoding: { isMixedEncoding: boolean }): string {
  if (columns.length === 0) return 'null::numeric';
  const fields = columns.map((column) => fieldSql(column, encoding));
  return `sum(hashtextextended(row(${fields.join(', ')})::text collate "C", 0))`;
}

/**
 * A field of the record that is hashed: its text tells NULL from an empty value, and ("a", "bc") from ("ab", "c"). Values that are short and plain
 * ASCII are in it themselves, others as a hash of their own, for a record has no room for two huge ones.
 */
function fieldSql({ name, shape }: ColumnPlan, { isMixedEncoding }: { isMixedEncoding: boolean }): string {
  const column = `t.${quoteIdentifier(name)}`;
  const type = shape.kind === 'scalar' ? shape.name : '';
  if (PLAIN.has(type)) return column;
  if (type === 'bytea') return `sha256(${column})`;
  // From 16 on, "char" writes bytes above 127 in another way; the numbers behind them stay.
  if (type === 'char') return `${column}::int4`;
  // A record is written by its fields' output functions; a cast to text may be somebody's own function.
  const value = isCharArray(shape) ? `${column}::int4[]` : column;
  const text = TEXTUAL.has(type) ? `${value}::text` : `row(${value})::text`;
  return `hashtextextended(${isMixedEncoding ? `encode(convert_to(${text}, 'UTF8'), 'hex')` : text} collate "C", 0)`;
}

function isCharArray(shape: TypeShape): boolean {
  return shape.kind === 'array' && shape.element.kind === 'scalar' && shape.element.name === 'char';
}

const PLAIN: ReadonlySet<string> = new Set([
  'bool',
  'int2',
  'int4',
  'int8',
  'float4',
  'float8',
  'numeric',
  'money',
  'uuid',
  'oid',
  'date',
  'time',
  'timetz',
  'timestamp',
  'timestamptz',
  'interval',
  'inet',
  'cidr',
  'macaddr',
  'macaddr8',
]);

const TEXTUAL: ReadonlySet<string> = new Set(['text', 'varchar', 'bpchar', 'name', 'citext', 'json', 'jsonb', 'xml']);
