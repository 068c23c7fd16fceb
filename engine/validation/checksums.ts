import type { ColumnPlan } from '../../contracts/plan.js';
import type { RelationName } from '../../contracts/relations.js';
import type { ValidationError } from '../../contracts/validation.js';
import { quoteRelation } from '../postgres/quote.js';
import type { Session } from '../postgres/session.js';
import { counted } from './check.js';
import { checksumSql } from './checksum-sql.js';
import { filterOf } from './table-filter.js';

/** Rows of one side that belong together. */
export interface ChecksumPart {
  /** `schema.table` of the target, on both sides. */
  label: string;
  /** The relations that hold them. */
  relations: readonly RelationName[];
  where?: string | undefined;
  /** Whose values are hashed. None: the rows are counted. */
  columns: readonly ColumnPlan[];
}

export interface TableChecksum {
  label: string;
  /** Exact, as text: it may be more than a number holds. */
  rows: string;
  /** The sum of all rows' hashes, so that their order does not matter and a row that is there twice does. */
  checksum: string;
}

/**
 * Rows and hashes of some tables with one statement. Every version from 13 on gives the same for the same rows; OIDs are in none of it,
 * for a value that names an object is hashed by that name.
 */
export async function checksumTables(
  session: Session,
  parts: readonly ChecksumPart[],
  encoding: { isMixedEncoding: boolean },
): Promise<TableChecksum[]> {
  const selects = parts.flatMap(({ relations, where, columns }, at) =>
    relations.map(
      (relation) =>
        `select ${at} as at, count(*) as rows, ${checksumSql(columns, encoding)} as checksum
           from only ${quoteRelation(relation)} t${filterOf(where)}`,
    ),
  );
  if (selects.length === 0) return parts.map(({ label }) => ({ label, ...NOTHING }));
  const sums = await session.query<{ at: number; rows: string; checksum: string }>(
    `select at, sum(rows)::text as rows, coalesce(sum(checksum), 0)::text as checksum
       from (${selects.join('\nunion all\n')}) part
      group by at`,
  );
  const sumAt = new Map(sums.map(({ at, ...sum }) => [at, sum]));
  return parts.map(({ label }, at) => ({ label, ...(sumAt.get(at) ?? NOTHING) }));
}

const NOTHING = { rows: '0', checksum: '0' };

/** What differs. Both are of the same tables in the same order, for a label does not always tell two apart. */
export function compareChecksums(
  source: readonly TableChecksum[],
  target: readonly TableChecksum[],
): ValidationError[] {
  return source.flatMap(({ label, rows, checksum }, at) => {
    const copy = target[at];
    if (copy?.rows === rows && copy.checksum === checksum) return [];
    const message =
      copy?.rows === rows
        ? `${label}: unmasked values are not those of the source's snapshot`
        : `${label} has ${counted(Number(copy?.rows ?? 0), 'row')}, the source's snapshot has ${rows}`;
    return [{ code: 'VALIDATION_FAILED', message, object: label }];
  });
}
