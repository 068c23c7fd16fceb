import { type RelationName, relationLabel } from '../../contracts/relations.js';
import type { Session } from '../postgres/session.js';

/** What the target has of the keys of one relation. */
export interface KeyState extends RelationName {
  isPartitioned: boolean;
  /** The partitioned table on top of it, or itself: `schema.name`. */
  root: string;
  sizeBytes: number;
  notNullColumns: string[];
  indexes: { name: string; isValid: boolean }[];
  constraints: { name: string; isValidated: boolean }[];
}

/** The state of relations by their label. What does not exist has none. */
export async function readKeyStates(
  session: Session,
  relations: readonly RelationName[],
): Promise<Map<string, KeyState>> {
  const rows = await session.query<KeyState>(KEY_STATES, [
    relations.map(({ schema }) => schema),
    relations.map(({ name }) => name),
  ]);
  return new Map(rows.map((row) => [relationLabel(row), row]));
}

/** A partitioned index is not valid until each partition has its own: that is no leftover. */
const KEY_STATES = `
  select n.nspname::text as schema,
         c.relname::text as name,
         c.relkind = 'p' as "isPartitioned",
         rn.nspname || '.' || r.relname as root,
         coalesce(pg_relation_size(c.oid), 0)::float8 as "sizeBytes",
         array(
           select a.attname::text
             from pg_attribute a
            where a.attrelid = c.oid and a.attnum > 0 and a.attnotnull
         ) as "notNullColumns",
         (select coalesce(json_agg(json_build_object('name', x.relname, 'isValid', i.indisvalid or x.relkind = 'I')), '[]')
            from pg_index i join pg_class x on x.oid = i.indexrelid
           where i.indrelid = c.oid) as indexes,
         (select coalesce(json_agg(json_build_object('name', con.conname, 'isValidated', con.convalidated)), '[]')
            from pg_constraint con
           where con.conrelid = c.oid) as constraints
    from unnest($1::text[], $2::text[]) as wanted (schema, name)
    join pg_namespace n on n.nspname = wanted.schema
    join pg_class c on c.relnamespace = n.oid and c.relname = wanted.name
    join pg_class r on r.oid = coalesce(pg_partition_root(c.oid), c.oid)
    join pg_namespace rn on rn.oid = r.relnamespace`;
