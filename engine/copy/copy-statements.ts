import type { RowRange, TablePlan } from '../../contracts/plan.js';
import { quoteIdentifier, quoteRelation } from '../postgres/quote.js';

/** What one transaction copies: a table, or some of its rows. */
export interface CopyPart {
  table: Pick<TablePlan, 'schema' | 'name' | 'into' | 'columns' | 'wire' | 'where' | 'sizeBytes'>;
  range?: RowRange | undefined;
}

/** Reads the rows of this very relation, its children's not. */
export function copyOutSql(part: CopyPart): string {
  return `copy ${rowsOf(part)} to stdout (format ${part.table.wire})`;
}

export function copyInSql(part: CopyPart): string {
  const { table } = part;
  const freeze = isFrozen(part) ? ', freeze' : '';
  return `copy ${quoteRelation(table.into ?? table)}${columnList(table)} from stdin (format ${table.wire}${freeze})`;
}

/** Below this, the new files that TRUNCATE makes cost more than frozen rows save, and round trips more than rows. */
const SMALL_BYTES = 1024 * 1024;

export function isSmall({ table, range }: CopyPart): boolean {
  return !range && table.sizeBytes < SMALL_BYTES;
}

/**
 * Rows can arrive frozen when the transaction that stores them emptied the table, which nobody else may then write to: for whole tables, but
 * not where PostgreSQL routes the rows, nor for an extension's table, which has rows of its own.
 */
export function isFrozen({ table, range }: CopyPart): boolean {
  return !range && !isSmall({ table }) && !table.into && table.where === undefined;
}

/** Removes what a copy of the table put there, and nothing else: an extension's own rows stay. */
export function emptyingSql(table: CopyPart['table']): string {
  if (table.where !== undefined) return `delete from only ${quoteRelation(table)} ${condition(table.where)}`;
  // A root has to be truncated with its partitions; any other parent without its children, which are entries of their own.
  return `truncate ${table.into ? '' : 'only '}${quoteRelation(table.into ?? table)}`;
}

function rowsOf({ table, range }: CopyPart): string {
  const where = range?.where ?? table.where;
  if (where === undefined) return quoteRelation(table) + columnList(table);
  const columns = table.columns.map(({ name }) => quoteIdentifier(name)).join(', ');
  return `(select ${columns} from only ${quoteRelation(table)} ${condition(where)})`;
}

/** Without columns COPY takes no list; it then means all that are not generated, which are none. */
function columnList({ columns }: CopyPart['table']): string {
  return columns.length === 0 ? '' : ` (${columns.map(({ name }) => quoteIdentifier(name)).join(', ')})`;
}

/** An extension writes its filter with the keyword, as pg_dump expects it, or leaves it empty for every row. */
function condition(where: string): string {
  return where.trim() === '' || /^\s*where\b/i.test(where) ? where : `where ${where}`;
}
