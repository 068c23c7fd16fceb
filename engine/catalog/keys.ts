import type { ForeignKey, UniqueKey } from '../../contracts/schema.js';
import type { Session } from '../postgres/session.js';
import { isUserSchema } from './user-objects.js';

/** Columns by attribute number, as the catalog has them. */
export type NumberedUniqueKey = Omit<UniqueKey, 'columns'> & {
  table: number;
  numbers: number[];
  ofExpressions: string[];
};

/** Every unique index, whether a constraint stands on it or not, by table and with the primary key first. */
export async function readUniqueKeys(session: Session): Promise<NumberedUniqueKey[]> {
  const rows = await session.query<UniqueKeyRow>(uniqueKeysSql(session.serverMajor));
  return rows.map(
    ({ table, name, numbers, isPrimary, isPartial, isExpression, areNullsEqual, expressions, candidates }) => ({
      table,
      name,
      numbers: numbers.filter((number) => number > 0),
      ofExpressions: (candidates ?? [])
        .filter(({ written }) => mentions(expressions ?? [], written))
        .map(({ name }) => name),
      isPrimary,
      isPartial,
      isExpression,
      ...(expressions && { expressions }),
      ...(areNullsEqual && { areNullsEqual }),
    }),
  );
}

interface UniqueKeyRow {
  table: number;
  name: string;
  /** 0 where there is an expression. */
  numbers: number[];
  isPrimary: boolean;
  isPartial: boolean;
  isExpression: boolean;
  areNullsEqual: boolean;
  expressions: string[] | null;
  /** Every column that the index depends on, those of its condition included. */
  candidates: { name: string; written: string }[] | null;
}

/** A column of the key's expressions, not one of its condition alone: its name stands in their text, as PostgreSQL quotes it. */
function mentions(expressions: readonly string[], written: string): boolean {
  const escaped = written.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const pattern = new RegExp(`(^|[^\\p{L}\\p{N}_$"])${escaped}($|[^\\p{L}\\p{N}_$"])`, 'u');
  return expressions.some((expression) => pattern.test(expression));
}

function uniqueKeysSql(serverMajor: number): string {
  return `
    select i.indrelid as table, ic.relname::text as name, (i.indkey::int2[])[0:i.indnkeyatts - 1] as numbers,
           i.indisprimary as "isPrimary", i.indpred is not null as "isPartial", i.indexprs is not null as "isExpression",
           ${serverMajor >= 15 ? 'i.indnullsnotdistinct' : 'false'} as "areNullsEqual",
           case when i.indexprs is not null then
             (select array_agg(pg_get_indexdef(i.indexrelid, position, false) order by position)
                from generate_series(1, i.indnkeyatts) position
               where i.indkey[position - 1] = 0)
           end as expressions,
           case when i.indexprs is not null then
             (select json_agg(distinct jsonb_build_object('name', a.attname, 'written', quote_ident(a.attname)))
                from pg_depend d
                join pg_attribute a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid
               where d.classid = 'pg_class'::regclass and d.objid = i.indexrelid
                 and d.refclassid = 'pg_class'::regclass and d.refobjid = i.indrelid and d.refobjsubid > 0)
           end as candidates
      from pg_index i
      join pg_class ic on ic.oid = i.indexrelid
      join pg_namespace n on n.oid = ic.relnamespace
     where i.indisunique and (i.indisvalid or ic.relkind = 'I') and ${isUserSchema('n')}
     order by i.indrelid, i.indisprimary desc, ic.relname`;
}

export interface NumberedForeignKey extends Omit<ForeignKey, 'columns' | 'references' | 'referencedColumns'> {
  table: number;
  referencedTable: number;
  numbers: number[];
  referencedNumbers: number[];
}

/** Foreign keys by table; a partition has its root's. PostgreSQL's own copies that point at each partition of what is referenced are not among them. */
export async function readForeignKeys(session: Session): Promise<NumberedForeignKey[]> {
  const rows = await session.query<NumberedForeignKey>(FOREIGN_KEYS);
  return rows.map(({ isMatchFull, ...key }) => ({ ...key, ...(isMatchFull && { isMatchFull }) }));
}

const FOREIGN_KEYS = `
  select f.conrelid as table, f.conname::text as name, f.confrelid as "referencedTable", f.conkey as numbers,
         f.confkey as "referencedNumbers", f.convalidated as "isValidated", f.confmatchtype = 'f' as "isMatchFull"
    from pg_constraint f
    join pg_namespace n on n.oid = f.connamespace
   where f.contype = 'f' and ${isUserSchema('n')}
     and not exists (select from pg_constraint parent where parent.oid = f.conparentid and parent.conrelid = f.conrelid)
   order by f.conrelid, f.conname`;
