import { KEPT_EXTENSION } from '../postgres/kept-extensions.js';

/** SQL: the object is no member of an extension, which would take it along. Both arguments are SQL. */
export function notOfExtension(catalog: string, object: string): string {
  return `not exists (
    select from pg_depend as m
    where m.classid = ${catalog} and m.objid = ${object} and m.refclassid = 'pg_extension'::regclass and m.deptype = 'e'
  )`;
}

/** Extensions that the role can neither drop nor make again. */
const LEFT_EXTENSIONS = `select e.oid from pg_extension as e where e.extname = 'plpgsql' or ${KEPT_EXTENSION}`;

export const DROPPABLE_EXTENSION = `e.oid not in (${LEFT_EXTENSIONS})`;

/** Schemas (`n`) that are not PostgreSQL's own or an extension's, nor the one that says what is unfinished here. */
export const USER_SCHEMA = `
  n.nspname !~ '^pg_' and n.nspname not in ('information_schema', 'envclone') and ${notOfExtension("'pg_namespace'::regclass", 'n.oid')}`;

/** Schemas that go: not `public`, and not those that hold an extension which stays. */
export const DROPPABLE_SCHEMA = `
  ${USER_SCHEMA} and n.nspname <> 'public'
  and n.oid not in (select x.extnamespace from pg_extension as x where x.oid in (${LEFT_EXTENSIONS}))`;

/** What the role owns neither itself nor by the schema that holds it. Returns `object`. */
export const UNDROPPABLE = `
  select format('schema %s (owner %s)', quote_ident(n.nspname), pg_get_userbyid(n.nspowner)) as object
  from pg_namespace as n
  where ${DROPPABLE_SCHEMA} and not pg_has_role(n.nspowner, 'USAGE')
  union all
  select format('event trigger %s (owner %s)', quote_ident(t.evtname), pg_get_userbyid(t.evtowner))
  from pg_event_trigger as t
  where not pg_has_role(t.evtowner, 'USAGE') and ${notOfExtension("'pg_event_trigger'::regclass", 't.oid')}
  union all
  select format('%s %s (owner %s)', o.word, quote_ident(o.name), pg_get_userbyid(o.owner))
  from (
    select 'publication' as word, 'pg_publication'::regclass as catalog, oid, pubname as name, pubowner as owner from pg_publication
    union all
    select 'server', 'pg_foreign_server'::regclass, oid, srvname, srvowner from pg_foreign_server
    union all
    select 'foreign data wrapper', 'pg_foreign_data_wrapper'::regclass, oid, fdwname, fdwowner from pg_foreign_data_wrapper
    union all
    select 'language', 'pg_language'::regclass, oid, lanname, lanowner from pg_language where lanispl and lanname <> 'plpgsql'
  ) as o
  where not pg_has_role(o.owner, 'USAGE') and ${notOfExtension('o.catalog', 'o.oid')}
  union all
  select format('%s %s.%s (owner %s)', o.word, quote_ident(n.nspname), quote_ident(o.name), pg_get_userbyid(o.owner))
  from (
    select 'relation' as word, 'pg_class'::regclass as catalog, c.oid, c.relnamespace as schema, c.relname as name, c.relowner as owner
    from pg_class as c
    where c.relkind in ('r', 'p', 'f', 'v', 'm', 'S', 'c')
    union all
    select 'function', 'pg_proc'::regclass, p.oid, p.pronamespace, p.proname, p.proowner
    from pg_proc as p
  ) as o
  join pg_namespace as n on n.oid = o.schema
  where ${USER_SCHEMA} and not pg_has_role(n.nspowner, 'USAGE') and not pg_has_role(o.owner, 'USAGE')
    and not (${DROPPABLE_SCHEMA})
    and not exists (select from pg_depend as d where d.classid = o.catalog and d.objid = o.oid and d.deptype in ('e', 'i'))
  order by 1`;
