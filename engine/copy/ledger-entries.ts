import { type RelationName, relationLabel } from '../../contracts/relations.js';
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
}

/** A table's entry: its own names too, for a label does not always tell them apart. */
export interface LedgerEntry extends TableTotals {
  relation: RelationName;
}

/** The tables that one epoch has copied; of `among` only, when given. */
export async function tablesDone(
  session: Session,
  epoch: string,
  among?: readonly RelationName[],
): Promise<LedgerEntry[]> {
  const rows = await session.query<{
    schema: string;
    name: string;
    rows: number;
    bytes: number;
    masked: Record<string, number>;
  }>(
    `select table_schema as schema, table_name as name, rows::float8 as rows, bytes::float8 as bytes, masked_values as masked
       from envclone.copied
      where epoch = $1
        and ($2 or (table_schema, table_name) in (select s, n from unnest($3::text[], $4::text[]) as asked(s, n)))
      order by table_schema, table_name`,
    [epoch, among === undefined, (among ?? []).map(({ schema }) => schema), (among ?? []).map(({ name }) => name)],
  );
  return rows.map(({ schema, name, rows, bytes, masked }) => ({
    relation: { schema, name },
    table: relationLabel({ schema, name }),
    rows,
    bytes,
    maskedValues: masked,
  }));
}

/** Enters a table in the same transaction as its rows: both are there, or neither. */
export async function recordTable(session: Session, epoch: string, entry: LedgerEntry): Promise<void> {
  const { relation, rows, bytes, maskedValues } = entry;
  await session.query(
    `insert into envclone.copied (epoch, table_schema, table_name, rows, bytes, masked_values)
     values ($1, $2, $3, $4, $5, $6)`,
    [epoch, relation.schema, relation.name, rows, bytes, JSON.stringify(maskedValues)],
  );
}
