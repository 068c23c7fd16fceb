import { type RelationName, relationLabel } from '../../contracts/relations.js';
import type { Session } from '../postgres/session.js';
import { IS_USER_SCHEMA } from './check.js';

export interface Relation extends RelationName {
  kind: 'table' | 'partitioned' | 'foreign';
  /** The relations that hold its rows: itself, or its leaf partitions; what is foreign is left out. */
  storage: RelationName[];
}

/** Every relation that can hold rows, by its label `schema.table`. One statement, whatever the number of tables. */
export async function readRelations(session: Session): Promise<Map<string, Relation>> {
  const rows = await session.query<RelationName & { kind: 'r' | 'p' | 'f'; leaves: RelationName[] | null }>(RELATIONS);
  return new Map(
    rows.map(({ schema, name, kind, leaves }) => {
      const relation = { schema, name };
      return [
        relationLabel(relation),
        { ...relation, kind: KINDS[kind], storage: leaves ?? (kind === 'f' ? [] : [relation]) },
      ];
    }),
  );
}

const KINDS = { r: 'table', p: 'partitioned', f: 'foreign' } as const;

/** Rows: schema, name, kind, leaves (of a partitioned table only). */
const RELATIONS = `
  select n.nspname as schema,
         c.relname as name,
         c.relkind as kind,
         case when c.relkind = 'p' then (
           select coalesce(json_agg(json_build_object('schema', ln.nspname, 'name', l.relname)), '[]')
             from pg_partition_tree(c.oid) t
             join pg_class l on l.oid = t.relid
             join pg_namespace ln on ln.oid = l.relnamespace
            where l.relkind = 'r'
         ) end as leaves
    from pg_class c
    join pg_namespace n on n.oid = c.relnamespace
   where c.relkind in ('r', 'p', 'f')
     and ${IS_USER_SCHEMA}`;
