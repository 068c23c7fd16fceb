import type { ClientBase } from 'pg';
import { SwitcherError } from '../errors.js';

/** Makes sure that a stand-in for other environments can write nothing: by its role, and by its session besides. @throws SwitcherError `CONFIGURATION_INVALID` */
export async function proveReadOnly(client: ClientBase, environment: string): Promise<void> {
  const { rows } = await client.query<{ writable: string | null }>(FIRST_WRITABLE);
  const writable = rows[0]?.writable;
  if (writable) {
    throw new SwitcherError(
      'CONFIGURATION_INVALID',
      `the role of ${environment}'s readOnlyUrl can write (${writable}): give it a role that can only SELECT`,
    );
  }
  await client.query('set default_transaction_read_only = on');
}

const FIRST_WRITABLE = `
  select coalesce(
    (select 'it is a superuser' from pg_catalog.pg_roles where rolname = current_user and rolsuper),
    (select n.nspname || '.' || c.relname
       from pg_catalog.pg_class c
       join pg_catalog.pg_namespace n on n.oid = c.relnamespace
      where c.relkind in ('r', 'p')
        and n.nspname not in ('pg_catalog', 'information_schema')
        and n.nspname !~ '^pg_(toast|temp)'
        and pg_catalog.has_table_privilege(c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE')
      limit 1)) as writable`;
