import type { RelationName } from '../../contracts/relations.js';
import type { IndexDefinition, PolicyDefinition, TriggerDefinition } from '../../contracts/schema.js';
import type { Session } from '../postgres/session.js';
import { isOwnObject, isUserSchema } from './user-objects.js';

/** The application's triggers; those that PostgreSQL makes for keys and for partitions come with their parents. */
export async function readTriggers(session: Session): Promise<TriggerDefinition[]> {
  const rows = await session.query<Row<Omit<TriggerDefinition, 'table'>>>(`
    select n.nspname::text as "tableSchema", c.relname::text as "tableName", t.tgname::text as name,
           fn.nspname || '.' || f.proname as function, pg_get_triggerdef(t.oid) as definition
      from pg_trigger t
      join pg_class c on c.oid = t.tgrelid
      join pg_namespace n on n.oid = c.relnamespace
      join pg_proc f on f.oid = t.tgfoid
      join pg_namespace fn on fn.oid = f.pronamespace
     where not t.tgisinternal and t.tgparentid = 0 and ${isUserSchema('n')} and ${isOwnObject('pg_class', 'c.oid')}
     order by n.nspname, c.relname, t.tgname`);
  return rows.map(withTable);
}

/** All indexes, those of keys included. */
export async function readIndexes(session: Session): Promise<IndexDefinition[]> {
  const rows = await session.query<Row<Omit<IndexDefinition, 'table'>>>(`
    select n.nspname::text as "tableSchema", c.relname::text as "tableName", n.nspname::text as schema, ic.relname::text as name,
           pg_get_indexdef(i.indexrelid) as definition
      from pg_index i
      join pg_class ic on ic.oid = i.indexrelid
      join pg_class c on c.oid = i.indrelid
      join pg_namespace n on n.oid = c.relnamespace
     where (i.indisvalid or ic.relkind = 'I') and ${isUserSchema('n')} and ${isOwnObject('pg_class', 'c.oid')}
     order by n.nspname, c.relname, ic.relname`);
  return rows.map(withTable);
}

export async function readPolicies(session: Session): Promise<PolicyDefinition[]> {
  const rows = await session.query<Row<Omit<PolicyDefinition, 'table'>>>(`
    select n.nspname::text as "tableSchema", c.relname::text as "tableName", p.polname::text as name,
           concat_ws(' ',
             case when p.polpermissive then 'as permissive' else 'as restrictive' end,
             'for ' || case p.polcmd when 'r' then 'select' when 'a' then 'insert' when 'w' then 'update' when 'd' then 'delete' else 'all' end,
             'to ' || (select string_agg(case when role = 0 then 'public' else quote_ident(pg_get_userbyid(role)) end, ', ' order by role)
                         from unnest(p.polroles) role),
             'using (' || pg_get_expr(p.polqual, p.polrelid) || ')',
             'with check (' || pg_get_expr(p.polwithcheck, p.polrelid) || ')') as definition
      from pg_policy p
      join pg_class c on c.oid = p.polrelid
      join pg_namespace n on n.oid = c.relnamespace
     where ${isUserSchema('n')} and ${isOwnObject('pg_class', 'c.oid')}
     order by n.nspname, c.relname, p.polname`);
  return rows.map(withTable);
}

type Row<Definition> = Definition & { tableSchema: string; tableName: string };

function withTable<Definition>({ tableSchema, tableName, ...definition }: Row<Definition>) {
  return { ...definition, table: { schema: tableSchema, name: tableName } satisfies RelationName };
}
