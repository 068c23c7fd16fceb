import type { ClientBase } from 'pg';
import type { SchemaStatus } from '../contracts/connection-status.js';

/** What an application can name: `public.users.email text`, `public.users` for a relation without columns. */
export type SchemaNames = ReadonlySet<string>;

/** One statement over the catalog. Relations of PostgreSQL, of extensions and of envclone itself are left out. */
export async function readSchemaNames(client: ClientBase): Promise<SchemaNames> {
  const { rows } = await client.query<{ name: string }>(READ_NAMES);
  return new Set(rows.map(({ name }) => name));
}

/** What `own` lacks of the default environment's schema, and what it has beyond. */
export function compareSchemas(defaults: SchemaNames, own: SchemaNames): SchemaStatus {
  const missing = [...defaults].filter((name) => !own.has(name)).sort();
  const additional = [...own].filter((name) => !defaults.has(name)).sort();
  return missing.length + additional.length === 0 ? { status: 'equal' } : { status: 'different', missing, additional };
}

const READ_NAMES = `
  select concat_ws(' ', concat_ws('.', n.nspname, c.relname, a.attname), pg_catalog.format_type(a.atttypid, a.atttypmod)) as name
    from pg_catalog.pg_class c
    join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    left join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
   where c.relkind in ('r', 'p', 'v', 'm', 'f')
     and not c.relispartition
     and n.nspname not in ('pg_catalog', 'information_schema', 'envclone')
     and n.nspname !~ '^pg_(toast|temp)'
     and not exists (select from pg_catalog.pg_depend d where d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass and d.objid = c.oid and d.deptype = 'e')`;
