create function public.touch_updated_at() returns trigger language plpgsql set search_path = '' as $$
begin
  new.updated_at := clock_timestamp();
  return new;
end
$$;

create function public.notify_participants() returns trigger language plpgsql security definer set search_path = '' as $body$
begin
  insert into public.notifications (profile_id, kind, title, body, payload)
  select participant.profile_id, 'message', 'Nouveau message', left(new.body, 120),
         jsonb_build_object('conversation', new.conversation_id, 'message', new.message_no)
  from public.conversation_participants participant
  where participant.conversation_id = new.conversation_id
    and participant.profile_id <> new.sender_id
    and not participant.is_muted;
  return null;
end
$body$;

create function public.announce_notification() returns trigger language plpgsql set search_path = '' as $$
begin
  perform pg_notify('notifications', json_build_object('id', new.id, 'profile', new.profile_id, 'kind', new.kind)::text);
  return null;
end
$$;

create function public.post_reservation_webhook() returns trigger language plpgsql security definer set search_path = '' as $$
begin
  perform net.http_post(
    url := 'https://hooks.loft-algerie.example/reservations',
    body := jsonb_build_object('event', lower(tg_op), 'reservation', to_jsonb(new))
  );
  return null;
end
$$;
comment on function public.post_reservation_webhook() is 'Tells the channel manager about a reservation';

create function public.require_deposit() returns trigger language plpgsql set search_path = '' as $$
begin
  if new.status = 'completed' and new.total is null then
    raise exception 'a completed reservation has a total; this one has none';
  end if;
  return null;
end
$$;

create function public.count_payments() returns trigger language plpgsql set search_path = '' as $$
declare
  added bigint;
begin
  select count(*) into added from added_payments;
  perform set_config('loft.payments_added', added::text, true);
  return null;
end
$$;

-- Decides about rows for policies, so it must not be subject to them.
create function public.is_participant(conversation uuid) returns boolean
language sql stable security definer set search_path = '' as $$
  select exists (
    select from public.conversation_participants
    where conversation_id = $1 and profile_id = auth.uid()
  )
$$;

create function public.count_rows(relation regclass, filter text default 'true') returns bigint
language plpgsql stable as $outer$
declare
  result bigint;
begin
  execute format($$select count(*) from %s where %s; -- one statement; "quoted"$$, relation, filter) into result;
  return result;
end;
$outer$;

create function public.full_address(loft public.lofts) returns text language sql stable as $_$
  select concat_ws(', ', ($1.address).street, ($1.address).postal_code || ' ' || ($1.address).city)
$_$;
comment on function public.full_address(public.lofts) is 'Used as a column: select l.full_address from public.lofts l';

create function public.lofts_of(owner uuid) returns setof public.lofts language sql stable rows 20 as $$
  select * from public.lofts where owner_id = $1 order by id
$$;

create function public."Nom Complet"(variadic parts text[]) returns text language sql immutable as
  'select array_to_string($1, '' ''); -- a body in plain quotes; with a semicolon';

create function public.revenue_between(since date, until date, out currency public.currency, out revenue numeric)
returns setof record language plpgsql stable set search_path = 'public', 'pg_temp' as $_$
begin
  return query
    select p.currency, sum(p.amount) from payments p where p.paid_at >= since and p.paid_at < until group by 1 order by 1;
end;
$_$;

create procedure public.archive_notifications(older_than interval default '90 days') language plpgsql as $procedure$
begin
  delete from public.notifications where read_at is not null and created_at < now() - older_than;
  commit;
end;
$procedure$;
comment on procedure public.archive_notifications(interval) is 'Run by hand; commits by itself';
