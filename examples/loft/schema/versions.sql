-- What only newer servers have; each part is left out where it does not exist.
do $versions$
declare
  version integer := current_setting('server_version_num')::integer;
begin
  if version >= 140000 then
    execute $sql$
      create function public.guests_of(loft bigint) returns table (guest_id bigint, full_name text)
      language sql stable
      begin atomic
        select 1; select g.id, g.full_name from public.guests g join public.reservations r on r.guest_id = g.id where r.loft_id = loft;
      end
    $sql$;
    execute $sql$create statistics public.guests_domain on (split_part(email::text, '@', 2)), nationality from public.guests$sql$;
    execute $sql$alter table public.currency_rates add column applies_during datemultirange$sql$;
  end if;
  if version >= 150000 then
    execute $sql$alter view public.my_conversations set (security_invoker = true)$sql$;
    execute $sql$create unique index assets_label_key on public.assets (label, loft_id) nulls not distinct$sql$;
  end if;
  if version >= 180000 then
    execute $sql$alter table public.assets add column price_with_tax numeric generated always as (price * 1.19) virtual$sql$;
    execute $sql$alter table public.newsletter_subscribers add constraint subscribers_have_names check (full_name <> '') not enforced$sql$;
  end if;
end
$versions$;

-- Event triggers are a superuser's; Supabase has one that tells PostgREST to read the schema again.
do $event$
begin
  if (select rolsuper from pg_catalog.pg_roles where rolname = current_user) then
    create function public.announce_schema_change() returns event_trigger language plpgsql set search_path = '' as $$
    begin
      perform pg_notify('pgrst', 'reload schema');
    end
    $$;
    create event trigger announce_schema_change on ddl_command_end
      when tag in ('CREATE TABLE', 'ALTER TABLE', 'CREATE FUNCTION', 'CREATE VIEW')
      execute function public.announce_schema_change();
  end if;
end
$event$;
