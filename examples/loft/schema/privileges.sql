grant usage on schema public to anon, authenticated, service_role;
grant usage on schema audit to service_role;

grant select on all tables in schema public to authenticated;
grant all on all tables in schema public to service_role;
grant all on all sequences in schema public to service_role;
grant select, insert on all tables in schema audit to service_role with grant option;
revoke select on public.bank_details, public."Données Clients" from authenticated;

grant select (id, full_name, role) on public.profiles to anon;
grant update (full_name, phone, preferences) on public.profiles to authenticated;
grant select (id, name, slug, status) on public.lofts to anon;
grant insert on public.messages to authenticated;
grant update (read_at) on public.notifications to authenticated;

revoke execute on function public.revenue_between(date, date) from public;
grant execute on function public.revenue_between(date, date) to service_role;
revoke execute on procedure public.archive_notifications(interval) from public;

alter default privileges in schema public grant select on tables to authenticated;
alter default privileges in schema public grant all on tables to service_role;
alter default privileges in schema public revoke execute on functions from public;
