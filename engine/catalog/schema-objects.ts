import type { TypeDefinition, ViewDefinition } from '../../contracts/schema.js';
import type { Session } from '../postgres/session.js';
import { isOwnObject, isUserSchema } from './user-objects.js';

/** Names of the schemas that the application has. */
export async function readSchemas(session: Session): Promise<string[]> {
  const rows = await session.query<{ name: string }>(`
    select n.nspname::text as name
      from pg_namespace n
     where ${isUserSchema('n')} and ${isOwnObject('pg_namespace', 'n.oid')}
     order by n.nspname`);
  return rows.map(({ name }) => name);
}

/** Types that somebody made: not the row types of tables, the array types, and the multiranges that come with others. */
export function readTypes(session: Session): Promise<TypeDefinition[]> {
  return session.query<TypeDefinition>(`
    select n.nspname::text as schema, t.typname::text as name,
           case t.typtype when 'e' then 'enum' when 'd' then 'domain' when 'c' then 'composite' when 'r' then 'range' else 'base' end as kind
      from pg_type t
      join pg_namespace n on n.oid = t.typnamespace
      left join pg_class c on c.oid = t.typrelid
     where ${isUserSchema('n')} and ${isOwnObject('pg_type', 't.oid')}
       and t.typtype in ('e', 'd', 'r', 'b', 'c')
       and (t.typtype <> 'c' or c.relkind = 'c')
       and t.typinput <> 'array_in'::regproc
     order by n.nspname, t.typname`);
}

export function readViews(session: Session): Promise<ViewDefinition[]> {
  return session.query<ViewDefinition>(`
    select n.nspname::text as schema, c.relname::text as name, c.relkind = 'm' as "isMaterialized", c.relispopulated as "isPopulated"
      from pg_class c
      join pg_namespace n on n.oid = c.relnamespace
     where c.relkind in ('v', 'm') and ${isUserSchema('n')} and ${isOwnObject('pg_class', 'c.oid')}
     order by n.nspname, c.relname`);
}
