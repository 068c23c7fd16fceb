import type { RelationName } from '../../contracts/relations.js';
import { quoteIdentifier, quoteRelation } from '../postgres/quote.js';

interface ArchiveStatement extends RelationName {
  columns: readonly string[];
  format: 'binary' | 'text';
  /** Which rows of an extension's table are configuration, as the extension wrote it: with the keyword, or empty for all. */
  extensionFilter?: string;
}

export function archiveOutSql({ columns, format, extensionFilter, ...table }: ArchiveStatement): string {
  const names = columns.map(quoteIdentifier).join(', ');
  const rows = extensionFilter
    ? `(select ${names} from only ${quoteRelation(table)} ${extensionFilter})`
    : `${quoteRelation(table)}${columnList(columns)}`;
  return `copy ${rows} to stdout (format ${format})`;
}

export function archiveInSql({ columns, format, ...table }: ArchiveStatement): string {
  return `copy ${quoteRelation(table)}${columnList(columns)} from stdin (format ${format})`;
}

/** COPY takes no empty list; without one it means every column that is not generated, which are none. */
function columnList(columns: readonly string[]): string {
  return columns.length === 0 ? '' : ` (${columns.map(quoteIdentifier).join(', ')})`;
}
