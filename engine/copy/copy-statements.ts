import type { TablePlan } from '../../contracts/plan.js';
import { quoteIdentifier, quoteRelation } from '../postgres/quote.js';

type Table = Pick<TablePlan, 'schema' | 'name' | 'into' | 'columns' | 'wire' | 'where'>;

/** Reads the rows of this very relation, its children's not. */
export function copyOutSql(table: Table): string {
  return `copy ${rowsOf(table)} to stdout ${options(table)}`;
}

export function copyInSql(table: Table): string {
  return `copy ${quoteRelation(table.into ?? table)}${columnList(table)} from stdin ${options(table)}`;
}

/** Removes what a copy of the table put there, and nothing else: an extension's own rows stay. */
export function emptyingSql(table: Table): string {
  if (table.where !== undefined) return `delete from only ${quoteRelation(table)} ${condition(table.where)}`;
  // A root has to be truncated with its partitions; any other parent without its children, which are entries of their own.
  return `truncate ${table.into ? '' : 'only '}${quoteRelation(table.into ?? table)}`;
}

function rowsOf(table: Table): string {
  if (table.where === undefined) return quoteRelation(table) + columnList(table);
  const columns = table.columns.map(({ name }) => quoteIdentifier(name)).join(', ');
  return `(select ${columns} from only ${quoteRelation(table)} ${condition(table.where)})`;
}

/** Without columns COPY takes no list; it then means all that are not generated, which are none. */
function columnList({ columns }: Table): string {
  return columns.length === 0 ? '' : ` (${columns.map(({ name }) => quoteIdentifier(name)).join(', ')})`;
}

/** An extension writes its filter with the keyword, as pg_dump expects it, or leaves it empty for every row. */
function condition(where: string): string {
  return where.trim() === '' || /^\s*where\b/i.test(where) ? where : `where ${where}`;
}

function options({ wire }: Table): string {
  return `(format ${wire})`;
}
