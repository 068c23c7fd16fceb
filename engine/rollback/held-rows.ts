import { type RelationName, relationLabel } from '../../contracts/relations.js';
import { quoteIdentifier, quoteRelation } from '../postgres/quote.js';
import type { Session } from '../postgres/session.js';

/** The rows of a table that is to be made again. */
export interface HeldRows {
  table: RelationName;
  /** The temporary table they wait in, every value as text: no type they are of has to outlive the change. */
  held: string;
  columns: HeldColumn[];
  rows: number;
}

interface HeldColumn {
  name: string;
  /** As `format_type` writes it. */
  type: string;
}

interface TableColumn extends HeldColumn {
  /** The same without what limits its length. */
  baseType: string;
  isGenerated: boolean;
}

/** Puts the rows of a table aside, until the transaction ends. */
export async function holdRows(session: Session, table: RelationName, at: number): Promise<HeldRows> {
  const columns = (await readColumns(session, table)).filter(({ isGenerated }) => !isGenerated);
  const held = `pg_temp.${quoteIdentifier(`envclone_held_${at}`)}`;
  const values = columns.map(({ name }) => `${quoteIdentifier(name)}::text as ${quoteIdentifier(name)}`).join(', ');
  await session.query(
    `create temporary table ${held.slice('pg_temp.'.length)} on commit drop as select ${values} from only ${quoteRelation(table)}`,
  );
  const { rows } = await session.one<{ rows: number }>(`select count(*)::float8 as rows from ${held}`);
  return { table, held, columns, rows };
}

/** Puts held rows into the table as it is now. Returns why it cannot be done without a loss. */
export async function returnRows(session: Session, { table, held, columns, rows }: HeldRows): Promise<string[]> {
  if (rows === 0) return [];
  const now = new Map((await readColumns(session, table)).map((column) => [column.name, column]));
  const losses: string[] = [];
  const kept: TableColumn[] = [];
  for (const { name, type } of columns) {
    const column = now.get(name);
    if (!column || column.isGenerated) {
      const values = await count(session, `select from ${held} where ${quoteIdentifier(name)} is not null`);
      if (values > 0)
        losses.push(
          `${relationLabel(table)}.${name}: ${values} value(s) would be lost, the restore point has no such column`,
        );
      continue;
    }
    kept.push(column);
    if (column.type !== type) losses.push(...(await conversionLoss(session, { table, held, column, from: type })));
  }
  if (losses.length > 0) return losses;
  const names = kept.map(({ name }) => quoteIdentifier(name));
  const values = kept.map(({ name, baseType }) => `${quoteIdentifier(name)}::${baseType}`);
  const list = names.length === 0 ? '' : `(${names.join(', ')}) overriding system value`;
  await session.query(`insert into ${quoteRelation(table)} ${list} select ${values.join(', ')} from ${held}`);
  return [];
}

interface ConversionInput {
  table: RelationName;
  held: string;
  column: TableColumn;
  from: string;
}

/** Values that are not what they were once they are of the other type, or cannot be. */
async function conversionLoss(session: Session, { table, held, column, from }: ConversionInput): Promise<string[]> {
  const name = quoteIdentifier(column.name);
  const place = `${relationLabel(table)}.${column.name}`;
  await session.query('savepoint converting');
  try {
    const compared = isNumber(from) && isNumber(column.type) ? 'numeric' : 'text';
    const lost = await count(
      session,
      `select from ${held} where ${name}::${column.type}::${compared} is distinct from ${name}::${compared}`,
    );
    await session.query('release converting');
    return lost > 0 ? [`${place}: ${lost} value(s) of type ${from} would not be the same as ${column.type}`] : [];
  } catch {
    await session.query('rollback to converting');
    return [`${place}: values of type ${from} cannot become ${column.type}`];
  }
}

/** Digits after the point do not make another number. */
function isNumber(type: string): boolean {
  return /^(?:smallint|integer|bigint|numeric)\b/.test(type) && !type.endsWith('[]');
}

async function count(session: Session, rows: string): Promise<number> {
  return (await session.one<{ rows: number }>(`select count(*)::float8 as rows from (${rows}) as counted`)).rows;
}

function readColumns(session: Session, table: RelationName): Promise<TableColumn[]> {
  return session.query<TableColumn>(
    `select a.attname::text as name,
            format_type(a.atttypid, a.atttypmod) as type,
            format_type(a.atttypid, -1) as "baseType",
            a.attgenerated <> '' as "isGenerated"
       from pg_attribute a
       join pg_class c on c.oid = a.attrelid
       join pg_namespace n on n.oid = c.relnamespace
      where n.nspname = $1 and c.relname = $2 and a.attnum > 0 and not a.attisdropped
      order by a.attnum`,
    [table.schema, table.name],
  );
}
