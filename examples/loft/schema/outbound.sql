-- A way out of the database that only some production databases have: a server, and a password for it.
create extension postgres_fdw with schema extensions;
create server accounting foreign data wrapper postgres_fdw
  options (host 'accounting.loft-algerie.example', port '5432', dbname 'accounting');
create user mapping for service_role server accounting options (user 'loft', password 'not-for-test-environments');
create foreign table public.accounting_entries (
  id bigint,
  label text,
  amount numeric(14, 2)
) server accounting options (schema_name 'public', table_name 'entries');
