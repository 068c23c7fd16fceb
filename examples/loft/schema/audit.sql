create schema audit;
comment on schema audit is 'Who changed what; rows are written by triggers only';

create type audit.action as enum ('INSERT', 'UPDATE', 'DELETE');
create sequence audit.audit_logs_id_seq;

create table audit.audit_logs (
  id bigint not null default nextval('audit.audit_logs_id_seq'),
  occurred_at timestamptz not null default now(),
  table_name text not null,
  record_id text,
  action audit.action not null,
  actor_id uuid,
  actor_email text,
  ip inet,
  old_values jsonb,
  new_values jsonb,
  primary key (id, occurred_at)
) partition by range (occurred_at);
alter sequence audit.audit_logs_id_seq owned by audit.audit_logs.id;
create index audit_logs_record_idx on audit.audit_logs (table_name, record_id);

create table audit.audit_logs_2023 partition of audit.audit_logs
  for values from ('2023-01-01 00:00:00+00') to ('2024-01-01 00:00:00+00');
create table audit.audit_logs_2024 partition of audit.audit_logs
  for values from ('2024-01-01 00:00:00+00') to ('2025-01-01 00:00:00+00') partition by range (occurred_at);
create table audit.audit_logs_2024_h1 partition of audit.audit_logs_2024
  for values from ('2024-01-01 00:00:00+00') to ('2024-07-01 00:00:00+00');
create table audit."audit_logs_2024.h2" partition of audit.audit_logs_2024
  for values from ('2024-07-01 00:00:00+00') to ('2025-01-01 00:00:00+00');
create table audit.audit_logs_2025 partition of audit.audit_logs
  for values from ('2025-01-01 00:00:00+00') to ('2026-01-01 00:00:00+00');
create table audit.audit_logs_default partition of audit.audit_logs default;

create table audit.schema_versions (
  version text collate "C" primary key,
  applied_at timestamptz not null default now(),
  applied_by text not null default current_user
);

create function audit.record_change() returns trigger language plpgsql security definer set search_path = '' as $audit$
declare
  before jsonb := case when tg_op <> 'INSERT' then to_jsonb(old) end;
  after jsonb := case when tg_op <> 'DELETE' then to_jsonb(new) end;
begin
  -- A semicolon; and a $$ in a comment, for whoever splits SQL by looking at it.
  if tg_op = 'UPDATE' and before = after then
    return null;
  end if;
  insert into audit.audit_logs (table_name, record_id, action, actor_id, actor_email, ip, old_values, new_values)
  values (
    tg_table_name, coalesce(after, before) ->> 'id', tg_op::audit.action, auth.uid(),
    (select email from auth.users where id = auth.uid()), inet_client_addr(), before, after
  );
  return null;
end;
$audit$;
comment on function audit.record_change() is 'Writes old and new values of a row as JSON; "$$;" stays text';

create trigger audit_profiles after insert or update or delete on public.profiles
  for each row execute function audit.record_change();
create trigger audit_guests after insert or update or delete on public.guests
  for each row execute function audit.record_change();
create trigger audit_reservations after insert or update or delete on public.reservations
  for each row execute function audit.record_change();
create trigger audit_payments after insert or update or delete on public.payments
  for each row execute function audit.record_change();
