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

/** The role itself and every role that it may become; what it owns it could grant to itself again. */
const FIRST_WRITABLE = `
  with mine as (
    select oid, rolname, rolsuper, rolcreaterole
      from pg_catalog.pg_roles
     where pg_catalog.pg_has_role(current_user, oid, 'MEMBER')
  )
  select coalesce(
    (select 'it is a superuser or may become ' || rolname from mine where rolsuper limit 1),
    (select rolname || ' may make roles' from mine where rolcreaterole limit 1),
    (select d.datname || ' is its own'
       from pg_catalog.pg_database d
      where d.datname = pg_catalog.current_database() and d.datdba in (select oid from mine)),
    (select 'it may become ' || rolname from mine where rolname in ('pg_write_server_files', 'pg_execute_server_program', 'pg_write_all_data') limit 1),
    (select pg_catalog.format('it may create schemas in %s', pg_catalog.current_database())
       from mine m
      where pg_catalog.has_database_privilege(m.oid, pg_catalog.current_database(), 'CREATE')
      limit 1),
    (select pg_catalog.format('it may create in schema %I, as every role may: revoke create on schema %1$I from public', n.nspname)
       from pg_catalog.pg_namespace n
      where pg_catalog.has_schema_privilege('public', n.oid, 'CREATE') and n.nspname !~ '^pg_'
      limit 1),
    (select pg_catalog.format('it may create in schema %I', n.nspname)
       from pg_catalog.pg_namespace n
       join mine m on pg_catalog.has_schema_privilege(m.oid, n.oid, 'CREATE')
      where n.nspname !~ '^pg_'
      limit 1),
    (select n.nspname || '.' || c.relname
       from pg_catalog.pg_class c
       join pg_catalog.pg_namespace n on n.oid = c.relnamespace
       join mine m on c.relowner = m.oid
                   or n.nspowner = m.oid
                   or case c.relkind
                        when 'S' then pg_catalog.has_sequence_privilege(m.oid, c.oid, 'USAGE, UPDATE')
                        else pg_catalog.has_table_privilege(m.oid, c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE')
                             or pg_catalog.has_any_column_privilege(m.oid, c.oid, 'INSERT, UPDATE')
                      end
      where c.relkind in ('S', 'r', 'p', 'v', 'm', 'f')
        and n.nspname not in ('pg_catalog', 'information_schema')
        and n.nspname !~ '^pg_(toast|temp)'
      limit 1)) as writable`;
