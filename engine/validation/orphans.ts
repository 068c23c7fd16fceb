import { type RelationName, relationLabel } from '../../contracts/relations.js';
import { quoteIdentifier, quoteRelation } from '../postgres/quote.js';
import type { Session } from '../postgres/session.js';
import { batchesOf, IS_USER_SCHEMA } from './check.js';

const KEYS_A_STATEMENT = 20;

/** A foreign key with what is needed to look for rows that break it. */
export interface ForeignKeyQuestion {
  name: string;
  table: RelationName;
  /** Its own name stands for its partitions too. */
  isPartitioned: boolean;
  columns: string[];
  references: RelationName;
  referencesPartitioned: boolean;
  referencedColumns: string[];
  /** The key's own equality operators, qualified: `=` by name could be another type's. */
  operators: string[];
  isMatchFull: boolean;
  /** Validated, and its triggers are on: PostgreSQL lets no row break it. */
  isGuaranteed: boolean;
}

/** `schema.table.constraint` */
export function keyLabel({ table, name }: ForeignKeyQuestion): string {
  return `${relationLabel(table)}.${name}`;
}

/** Every foreign key, those of partitions by their root. Temporal keys (PERIOD) are left out. */
export function readKeys(session: Session): Promise<ForeignKeyQuestion[]> {
  return session.query<ForeignKeyQuestion>(FOREIGN_KEYS);
}

/** Rows that refer to no row, by the key's label. One anti-join a key. */
export async function countOrphans(
  session: Session,
  keys: readonly ForeignKeyQuestion[],
): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  for (const batch of batchesOf(keys, KEYS_A_STATEMENT)) {
    const selects = batch.map((key, at) => `select ${at} as at, (${orphansOf(key)})::text as rows`);
    for (const { at, rows } of await session.query<{ at: number; rows: string }>(selects.join('\nunion all\n'))) {
      const key = batch[at];
      if (key) counts.set(keyLabel(key), Number(rows));
    }
  }
  return counts;
}

function orphansOf(key: ForeignKeyQuestion): string {
  const child = key.columns.map((column) => `c.${quoteIdentifier(column)}`);
  const pairs = key.referencedColumns.map(
    (column, at) => `p.${quoteIdentifier(column)} ${key.operators[at]} ${child[at]}`,
  );
  const isChecked = child.map((column) => `${column} is not null`).join(key.isMatchFull ? ' or ' : ' and ');
  return `
    select count(*)
      from ${key.isPartitioned ? '' : 'only '}${quoteRelation(key.table)} c
     where (${isChecked})
       and not exists (
         select from ${key.referencesPartitioned ? '' : 'only '}${quoteRelation(key.references)} p where ${pairs.join(' and ')}
       )`;
}

/** `conperiod` exists from PostgreSQL 18 on, hence the look through jsonb. */
const FOREIGN_KEYS = `
  select k.conname as name,
         json_build_object('schema', n.nspname, 'name', c.relname) as table,
         c.relkind = 'p' as "isPartitioned",
         array(select a.attname::text
                 from unnest(k.conkey) with ordinality u(attnum, at)
                 join pg_attribute a on a.attrelid = k.conrelid and a.attnum = u.attnum
                order by u.at) as columns,
         json_build_object('schema', rn.nspname, 'name', r.relname) as references,
         r.relkind = 'p' as "referencesPartitioned",
         array(select a.attname::text
                 from unnest(k.confkey) with ordinality u(attnum, at)
                 join pg_attribute a on a.attrelid = k.confrelid and a.attnum = u.attnum
                order by u.at) as "referencedColumns",
         array(select format('operator(%I.%s)', pn.nspname, o.oprname)
                 from unnest(k.conpfeqop) with ordinality u(oid, at)
                 join pg_operator o on o.oid = u.oid
                 join pg_namespace pn on pn.oid = o.oprnamespace
                order by u.at) as operators,
         k.confmatchtype = 'f' as "isMatchFull",
         k.convalidated and not exists (
           select from pg_trigger g where g.tgconstraint = k.oid and g.tgenabled = 'D'
         ) as "isGuaranteed"
    from pg_constraint k
    join pg_class c on c.oid = k.conrelid
    join pg_namespace n on n.oid = c.relnamespace
    join pg_class r on r.oid = k.confrelid
    join pg_namespace rn on rn.oid = r.relnamespace
   where k.contype = 'f'
     and k.conparentid = 0
     and coalesce((to_jsonb(k) ->> 'conperiod')::boolean, false) = false
     and ${IS_USER_SCHEMA}
   order by n.nspname, c.relname, k.conname`;
