import { KEPT_ROWS_CHUNK } from '../../contracts/plan.js';
import { type RelationName, relationLabel } from '../../contracts/relations.js';
import { quoteRelation } from '../postgres/quote.js';
import type { Session } from '../postgres/session.js';

/** What was copied of one table. */
export interface TableTotals {
  /** `schema.table` */
  table: string;
  /** Rows that the snapshot held, all of them stored. */
  rows: number;
  /** Bytes of COPY as the target received them. */
  bytes: number;
  /** By column name: values that its masker was given. Columns without a masker are absent. */
  maskedValues: Record<string, number>;
  /** Rows that were copied as they are, whatever the rules say. */
  keptRows: number;
  /** How long its copies took, added up. */
  milliseconds: number;
}

/** A part's entry: the table's own names too, for a label does not always tell them apart. */
export interface LedgerEntry extends Omit<TableTotals, 'keptRows'> {
  relation: RelationName;
  /** Its range's number; 0 for a whole table. */
  chunk: number;
  /** Who copied it. */
  worker: string;
}

/** What one epoch has copied; of the tables `among` only, when given. */
export async function partsDone(
  session: Session,
  epoch: string,
  among?: readonly RelationName[],
): Promise<LedgerEntry[]> {
  const rows = await session.query<{
    schema: string;
    name: string;
    chunk: number;
    rows: number;
    bytes: number;
    masked: Record<string, number>;
    milliseconds: number;
    worker: string;
  }>(
    `select table_schema as schema, table_name as name, chunk, rows::float8 as rows, bytes::float8 as bytes,
            masked_values as masked, milliseconds, copied_by as worker
       from envclone.copied
      where epoch = $1
        and ($2 or (table_schema, table_name) in (select s, n from unnest($3::text[], $4::text[]) as asked(s, n)))
      order by table_schema, table_name, chunk`,
    [epoch, among === undefined, (among ?? []).map(({ schema }) => schema), (among ?? []).map(({ name }) => name)],
  );
  return rows.map(({ schema, name, masked, ...part }) => ({
    ...part,
    relation: { schema, name },
    table: relationLabel({ schema, name }),
    maskedValues: masked,
  }));
}

/** One total for each table, in the order of its first part. */
export function addUp(parts: readonly LedgerEntry[]): TableTotals[] {
  const totals = new Map<string, TableTotals>();
  for (const { relation, table, chunk, rows, bytes, milliseconds, maskedValues } of parts) {
    const key = quoteRelation(relation);
    const total = totals.get(key) ?? { table, rows: 0, keptRows: 0, bytes: 0, milliseconds: 0, maskedValues: {} };
    total.rows += rows;
    if (chunk === KEPT_ROWS_CHUNK) total.keptRows += rows;
    total.bytes += bytes;
    total.milliseconds += milliseconds;
    for (const [column, count] of Object.entries(maskedValues)) {
      total.maskedValues[column] = (total.maskedValues[column] ?? 0) + count;
    }
    totals.set(key, total);
  }
  return [...totals.values()];
}

/** Enters parts in the same transaction as their rows: both are there, or neither. */
export async function recordParts(session: Session, epoch: string, parts: readonly LedgerEntry[]): Promise<void> {
  await session.query(
    `insert into envclone.copied
       (epoch, table_schema, table_name, chunk, rows, bytes, masked_values, copied_by, milliseconds)
     select $1, part -> 'relation' ->> 'schema', part -> 'relation' ->> 'name', (part ->> 'chunk')::int, (part ->> 'rows')::bigint,
            (part ->> 'bytes')::bigint, part -> 'maskedValues', part ->> 'worker', (part ->> 'milliseconds')::float8
       from jsonb_array_elements($2::jsonb) part`,
    [epoch, JSON.stringify(parts)],
  );
}
