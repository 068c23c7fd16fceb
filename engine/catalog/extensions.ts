import type { RelationName } from '../../contracts/relations.js';
import type { ExtensionDefinition } from '../../contracts/schema.js';
import { showRelation } from '../postgres/quote.js';
import type { Session } from '../postgres/session.js';

interface ExtensionRow extends Omit<ExtensionDefinition, 'granted'> {
  granted: (RelationName & { kind: string; arguments: string | null })[];
}

export async function readExtensions(session: Session): Promise<ExtensionDefinition[]> {
  const rows = await session.query<ExtensionRow>(EXTENSIONS);
  return rows.map(({ granted, ...extension }) => ({
    ...extension,
    granted: granted.map(({ kind, arguments: types, ...name }) => ({
      kind,
      name: types === null ? showRelation(name) : `${showRelation(name)}(${types})`,
    })),
  }));
}

/** What is an extension's own: its members, and what belongs to them. pg_dump writes privileges on members that are not those of its creation. */
const EXTENSIONS = `
    with recursive own as (
      select m.refobjid as extension, m.classid, m.objid
        from pg_depend m
       where m.refclassid = 'pg_extension'::regclass and m.deptype = 'e'
      union
      select own.extension, d.classid, d.objid
        from own
        join pg_depend d on d.refclassid = own.classid and d.refobjid = own.objid and d.deptype in ('i', 'a')
    ), granted as (
      select m.refobjid as extension, o.kind, o.schema, o.name, o.arguments
        from pg_depend m
        join (select 'pg_class'::regclass as classid, c.oid, case c.relkind when 'S' then 'sequence' else 'table' end as kind,
                     c.relnamespace::regnamespace::text as schema, c.relname::text as name, null as arguments, c.relacl as acl
                from pg_class c
               union all
              select 'pg_proc'::regclass, p.oid, case p.prokind when 'p' then 'procedure' else 'function' end,
                     p.pronamespace::regnamespace::text, p.proname::text,
                     coalesce((select string_agg(format_type(t.type, null), ', ' order by t.at)
                                 from unnest(p.proargtypes) with ordinality t (type, at)), ''),
                     p.proacl
                from pg_proc p) o on o.classid = m.classid and o.oid = m.objid
        left join pg_init_privs i on i.classoid = m.classid and i.objoid = m.objid and i.objsubid = 0
       where m.refclassid = 'pg_extension'::regclass and m.deptype = 'e' and o.acl is distinct from i.initprivs
    )
    select e.extname::text as name, e.extversion as version, n.nspname::text as schema,
           exists (select
                     from own
                     join pg_depend d on d.refclassid = own.classid and d.refobjid = own.objid and d.deptype = 'n'
                    where own.extension = e.oid
                      and not exists (select from own o where o.extension = e.oid and o.classid = d.classid and o.objid = d.objid))
           or exists (select
                        from pg_depend d
                       where d.refclassid = 'pg_extension'::regclass and d.refobjid = e.oid and d.deptype = 'n') as "isUsed",
           coalesce((select json_agg(g) from granted g where g.extension = e.oid), '[]') as granted
      from pg_extension e
      join pg_namespace n on n.oid = e.extnamespace
     order by e.extname`;
