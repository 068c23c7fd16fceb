import type { RelationName } from '../../contracts/relations.js';
import type { ViewDefinition } from '../../contracts/schema.js';
import { showRelation } from '../postgres/quote.js';
import type { Session } from '../postgres/session.js';
import { fillMaterializedViews } from '../schema/finish.js';

export interface RefreshInput {
  /** Tables whose rows are others now. */
  touched: readonly RelationName[];
  /** Materialized views that were made again, empty. */
  remade: readonly RelationName[];
  /** Whether they held data; the first of a name counts. */
  views: readonly ViewDefinition[];
}

/** Fills the materialized views that were made again and held data, and those that read the tables, however indirectly. */
export async function refreshAffectedViews(session: Session, { touched, remade, views }: RefreshInput): Promise<void> {
  const known = new Map([...views].reverse().map((view) => [showRelation(view), view]));
  const emptied = remade.filter((view) => known.get(showRelation(view))?.isPopulated);
  const stale = await session.query<RelationName>(READERS, [
    touched.map(({ schema }) => schema),
    touched.map(({ name }) => name),
  ]);
  const all = new Map([...emptied, ...stale].map((view) => [showRelation(view), view]));
  if (all.size === 0) return;
  await session.query('set row_security = on');
  await fillMaterializedViews(session, [...all.values()]);
  await session.query(`set search_path = ''; set row_security = off`);
}

/** Materialized views with data that read one of the relations. A partition is read by its root's name. */
const READERS = `
  with recursive wanted as (
    select c.oid
      from unnest($1::text[], $2::text[]) as asked (schema, name)
      join pg_namespace n on n.nspname = asked.schema
      join pg_class c on c.relnamespace = n.oid and c.relname = asked.name
  ), read as (
    select oid from wanted
    union
    select found.oid
      from read
     cross join lateral (
       select i.inhparent as oid from pg_inherits i where i.inhrelid = read.oid
       union all
       select w.ev_class
         from pg_depend d
         join pg_rewrite w on w.oid = d.objid
        where d.classid = 'pg_rewrite'::regclass and d.refclassid = 'pg_class'::regclass and d.refobjid = read.oid) as found
  )
  select n.nspname::text as schema, c.relname::text as name
    from read
    join pg_class c on c.oid = read.oid
    join pg_namespace n on n.oid = c.relnamespace
   where c.relkind = 'm' and c.relispopulated`;
