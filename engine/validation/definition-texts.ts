import type { Session } from '../postgres/session.js';
import { IS_USER_SCHEMA } from './check.js';

/** A text of the schema, and of the statistics that the server keeps beside it. */
export interface DefinitionText {
  /** `function public.is_admin()`, `comment on table public.t`. */
  label: string;
  text: string;
}

/** Everything that people wrote into the schema, and what ANALYZE remembers of values. Objects of extensions are left out. */
export async function readDefinitionTexts(session: Session): Promise<DefinitionText[]> {
  return session.query<DefinitionText & Record<string, unknown>>(DEFINITION_TEXTS);
}

/** The first oid that is not of initdb (FirstNormalObjectId). */
const FIRST_OID = 16384;

const DEFINITION_TEXTS = `
  select * from (
    select 'comment on ' || o.type || ' ' || o.identity as label, d.description as text
      from pg_description d
      cross join lateral pg_identify_object(d.classoid, d.objoid, d.objsubid) o
     where d.objoid >= ${FIRST_OID} and o.identity is not null
    union all
    select 'function ' || p.oid::regprocedure, pg_get_functiondef(p.oid)
      from pg_proc p
      join pg_namespace n on n.oid = p.pronamespace
     where p.prokind in ('f', 'p') and ${IS_USER_SCHEMA}
       and not exists (select from pg_depend e where e.classid = 'pg_proc'::regclass and e.objid = p.oid and e.deptype = 'e')
    union all
    select 'default of ' || d.adrelid::regclass || '.' || quote_ident(a.attname), pg_get_expr(d.adbin, d.adrelid)
      from pg_attrdef d
      join pg_attribute a on a.attrelid = d.adrelid and a.attnum = d.adnum
    union all
    select 'constraint ' || quote_ident(c.conname) || ' of ' || coalesce(nullif(c.conrelid, 0)::regclass::text, c.contypid::regtype::text),
           pg_get_constraintdef(c.oid)
      from pg_constraint c
     where c.contype = 'c' and c.oid >= ${FIRST_OID}
    union all
    select case c.relkind when 'v' then 'view ' else 'materialized view ' end || c.oid::regclass, pg_get_viewdef(c.oid)
      from pg_class c
      join pg_namespace n on n.oid = c.relnamespace
     where c.relkind in ('v', 'm') and ${IS_USER_SCHEMA}
    union all
    select 'policy ' || quote_ident(p.polname) || ' of ' || p.polrelid::regclass,
           concat_ws(' ', pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid))
      from pg_policy p
    union all
    select 'trigger ' || quote_ident(t.tgname) || ' of ' || t.tgrelid::regclass, pg_get_triggerdef(t.oid)
      from pg_trigger t
     where not t.tgisinternal
    union all
    select 'rule ' || quote_ident(r.rulename) || ' of ' || r.ev_class::regclass, pg_get_ruledef(r.oid)
      from pg_rewrite r
     where r.oid >= ${FIRST_OID} and r.rulename <> '_RETURN'
    union all
    select 'index ' || i.indexrelid::regclass, pg_get_indexdef(i.indexrelid)
      from pg_index i
     where i.indexrelid >= ${FIRST_OID} and (i.indpred is not null or i.indexprs is not null)
    union all
    select 'bound of partition ' || c.oid::regclass, pg_get_expr(c.relpartbound, c.oid)
      from pg_class c
     where c.relispartition and c.relpartbound is not null
    union all
    select 'type ' || e.enumtypid::regtype, string_agg(e.enumlabel, ' ')
      from pg_enum e
     group by e.enumtypid
  ) texts
   where text is not null`;
