import { DROPPABLE_EXTENSION, DROPPABLE_SCHEMA, notOfExtension, USER_SCHEMA } from './droppable.js';

export interface DropStep {
  /** For messages: `dropping <what>`. */
  what: string;
  /** Returns `object`: what to name in the statement, quoted. */
  find: string;
  statement(object: string): string;
  /** Statements in one transaction. A table holds about ten locks: itself, TOAST, indexes, types, constraints, defaults. */
  batch: number;
}

const FIRST_USER_OID = 16384;

/** What acts on drops goes first; then what other objects would drag into one huge cascade; then whatever a schema still holds. */
export const DROP_STEPS: readonly DropStep[] = [
  {
    what: 'event triggers',
    find: `select quote_ident(t.evtname) as object from pg_event_trigger as t where ${notOfExtension("'pg_event_trigger'::regclass", 't.oid')}`,
    statement: (object) => `drop event trigger if exists ${object} cascade`,
    batch: 100,
  },
  {
    what: 'subscriptions',
    find: `
      select quote_ident(s.subname) as object
      from pg_subscription as s
      where s.subdbid = (select d.oid from pg_database as d where d.datname = current_database())`,
    // without its slot: the publisher may be production, and is not to be reached
    statement: (object) =>
      `alter subscription ${object} disable; alter subscription ${object} set (slot_name = none); drop subscription if exists ${object}`,
    batch: 1,
  },
  {
    what: 'publications',
    find: `select quote_ident(p.pubname) as object from pg_publication as p where ${notOfExtension("'pg_publication'::regclass", 'p.oid')}`,
    statement: (object) => `drop publication if exists ${object} cascade`,
    batch: 100,
  },
  {
    what: 'views',
    find: relations("c.relkind = 'v'", 'c.oid desc'),
    statement: (object) => `drop view if exists ${object} cascade`,
    batch: 100,
  },
  {
    what: 'materialized views',
    find: relations("c.relkind = 'm'", 'c.oid desc'),
    statement: (object) => `drop materialized view if exists ${object} cascade`,
    batch: 100,
  },
  {
    what: 'foreign keys',
    find: `
      select format('%I.%I drop constraint if exists %I cascade', n.nspname, c.relname, k.conname) as object
      from pg_constraint as k
      join pg_class as c on c.oid = k.conrelid
      join pg_namespace as n on n.oid = c.relnamespace
      where k.contype = 'f' and k.conparentid = 0 and ${USER_SCHEMA} and ${notOfExtension("'pg_class'::regclass", 'c.oid')}`,
    statement: (object) => `alter table if exists ${object}`,
    batch: 100,
  },
  {
    // partitions and inheriting tables before what they inherit from: a parent's cascade would take them all at once
    what: 'tables',
    find: `
      with recursive depths as (
        select i.inhrelid as relation, 1 as depth from pg_inherits as i
        union all
        select i.inhrelid, d.depth + 1 from pg_inherits as i join depths as d on d.relation = i.inhparent
      )
      ${relations("c.relkind in ('r', 'p')", '(select max(d.depth) from depths as d where d.relation = c.oid) desc nulls last, c.oid desc')}`,
    statement: (object) => `drop table if exists ${object} cascade`,
    batch: 200,
  },
  {
    what: 'foreign tables',
    find: relations("c.relkind = 'f'", 'c.oid desc'),
    statement: (object) => `drop foreign table if exists ${object} cascade`,
    batch: 200,
  },
  {
    what: 'sequences',
    find: relations("c.relkind = 'S'", 'c.oid desc'),
    statement: (object) => `drop sequence if exists ${object} cascade`,
    batch: 200,
  },
  {
    what: 'objects of schemas',
    find: `
      select format('%s if exists %s', case when o.type in ('function', 'aggregate', 'procedure') then 'routine' when o.type = 'composite type' then 'type' when o.type = 'statistics object' then 'statistics' else o.type end, o.identity) as object
      from pg_depend as d
      join pg_namespace as n on n.oid = d.refobjid
      cross join lateral pg_identify_object(d.classid, d.objid, 0) as o
      where d.refclassid = 'pg_namespace'::regclass and d.deptype = 'n' and ${USER_SCHEMA}
        and d.classid not in ('pg_extension'::regclass, 'pg_namespace'::regclass, 'pg_publication'::regclass, 'pg_default_acl'::regclass)
        and not (d.classid = 'pg_class'::regclass and o.type <> 'composite type')
        and not exists (select from pg_depend as e where e.classid = d.classid and e.objid = d.objid and e.deptype in ('e', 'i'))
      order by d.objid desc`,
    statement: (object) => `drop ${object} cascade`,
    batch: 200,
  },
  {
    what: 'extensions',
    find: `select quote_ident(e.extname) as object from pg_extension as e where ${DROPPABLE_EXTENSION} order by e.oid desc`,
    statement: (object) => `drop extension if exists ${object} cascade`,
    batch: 1,
  },
  {
    what: 'casts, transforms, languages, servers and their wrappers',
    find: `
      select format('%s if exists %s', case when o.type = 'foreign-data wrapper' then 'foreign data wrapper' else o.type end, o.identity) as object
      from (
        select 'pg_cast'::regclass as catalog, oid from pg_cast
        union all select 'pg_transform'::regclass, oid from pg_transform
        union all select 'pg_foreign_server'::regclass, oid from pg_foreign_server
        union all select 'pg_foreign_data_wrapper'::regclass, oid from pg_foreign_data_wrapper
        union all select 'pg_language'::regclass, oid from pg_language
        union all select 'pg_am'::regclass, oid from pg_am
      ) as x
      cross join lateral pg_identify_object(x.catalog, x.oid, 0) as o
      where x.oid >= ${FIRST_USER_OID} and ${notOfExtension('x.catalog', 'x.oid')}`,
    statement: (object) => `drop ${object} cascade`,
    batch: 100,
  },
  {
    what: 'schemas',
    find: `select quote_ident(n.nspname) as object from pg_namespace as n where ${DROPPABLE_SCHEMA}`,
    statement: (object) => `drop schema if exists ${object} cascade`,
    batch: 20,
  },
];

function relations(kinds: string, order: string): string {
  return `
    select format('%I.%I', n.nspname, c.relname) as object
    from pg_class as c
    join pg_namespace as n on n.oid = c.relnamespace
    where ${kinds} and ${USER_SCHEMA} and ${notOfExtension("'pg_class'::regclass", 'c.oid')}
    order by ${order}`;
}
