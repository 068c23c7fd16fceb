import type { ColumnDefinition } from '../../contracts/schema.js';
import type { Session } from '../postgres/session.js';
import { readTypeCatalog, type TypeCatalog } from './type-catalog.js';
import { isUserSchema } from './user-objects.js';

/** Columns of one table, in order; `byNumber` for catalogs that say `attnum`. */
export interface TableColumns {
  columns: ColumnDefinition[];
  byNumber: Map<number, string>;
}

/** The columns of all tables, by the table's OID. */
export async function readColumns(session: Session): Promise<Map<number, TableColumns>> {
  const types = await readTypeCatalog(session);
  const tables = new Map<number, TableColumns>();
  for (const row of await session.query<ColumnRow>(COLUMNS)) {
    const table = tables.get(row.table) ?? { columns: [], byNumber: new Map<number, string>() };
    table.columns.push(toColumn(row, types));
    table.byNumber.set(row.number, row.name);
    tables.set(row.table, table);
  }
  return tables;
}

interface ColumnRow {
  table: number;
  number: number;
  name: string;
  typeOid: number;
  modifier: number;
  type: string;
  baseType: string;
  isNotNull: boolean;
  generated: string;
  isIdentity: boolean;
  default: string | null;
  comment: string | null;
}

function toColumn(row: ColumnRow, types: TypeCatalog): ColumnDefinition {
  const { name, type, typeOid, isIdentity, comment } = row;
  const maxLength = types.maxLengthOf(typeOid, row.modifier);
  const precision = types.precisionOf(typeOid, row.modifier);
  return {
    name,
    type,
    shape: types.shapeOf(typeOid),
    isNotNull: row.isNotNull || types.isNotNull(typeOid),
    isIdentity,
    isBinaryPortable: types.isBinaryPortable(typeOid),
    ...(types.isDomain(typeOid) && { domain: row.baseType }),
    ...(row.generated !== '' && { generated: row.generated === 'v' ? ('virtual' as const) : ('stored' as const) }),
    ...(row.default !== null && { default: row.default }),
    ...(maxLength !== undefined && { maxLength }),
    ...(precision !== undefined && { precision }),
    ...(comment !== null && { comment }),
  };
}

const COLUMNS = `
  select a.attrelid as table, a.attnum as number, a.attname::text as name, a.atttypid as "typeOid", a.atttypmod as modifier,
         format_type(a.atttypid, a.atttypmod) as type, format_type(a.atttypid, null) as "baseType",
         a.attnotnull as "isNotNull", a.attgenerated::text as generated, a.attidentity <> '' as "isIdentity",
         case when a.attgenerated = '' then pg_get_expr(d.adbin, d.adrelid) end as default,
         comment.description as comment
    from pg_attribute a
    join pg_class c on c.oid = a.attrelid
    join pg_namespace n on n.oid = c.relnamespace
    left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
    left join pg_description comment
      on comment.classoid = 'pg_class'::regclass and comment.objoid = a.attrelid and comment.objsubid = a.attnum
   where a.attnum > 0 and not a.attisdropped and c.relkind in ('r', 'p', 'f') and ${isUserSchema('n')}
   order by a.attrelid, a.attnum`;
