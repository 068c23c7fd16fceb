create view public.upcoming_reservations as
  select r.id, r.loft_id, l.name as loft, g.full_name as guest, r.stay, r.status
  from public.reservations r
  join public.lofts l on l.id = r.loft_id
  join public.guests g on g.id = r.guest_id
  where r.status <> 'cancelled' and r.check_in >= current_date;

create view public.available_lofts with (security_barrier) as
  select id, name, slug, price_per_night, currency, status from public.lofts where status = 'available'
  with cascaded check option;

create recursive view public.organisation (id, full_name, depth) as
  select id, full_name, 0 from public.profiles where manager_id is null
  union all
  select p.id, p.full_name, o.depth + 1 from public.profiles p join organisation o on p.manager_id = o.id;

create view public.my_conversations as
  select c.id, c.subject, count(m.*) as messages, max(m.sent_at) as last_message_at
  from public.conversations c left join public.messages m on m.conversation_id = c.id
  group by c.id;
comment on view public.my_conversations is 'Conversations of whoever asks';

create materialized view public.loft_revenue as
  select l.id as loft_id, (l.address).city as city, r.currency, count(*) as reservations, sum(r.total) as revenue
  from public.lofts l join public.reservations r on r.loft_id = l.id
  where r.status <> 'cancelled'
  group by 1, 2, 3
with no data;
create unique index loft_revenue_key on public.loft_revenue (loft_id, currency);

-- Can only be refreshed after the one it reads.
create materialized view public."city revenue" as
  select city, currency, sum(reservations) as reservations, sum(revenue) as revenue
  from public.loft_revenue group by 1, 2
with no data;

-- Never filled.
create materialized view public.occupancy_draft as
  select loft_id, sum(nights) as nights from public.reservations group by 1
with no data;
