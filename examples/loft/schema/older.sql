-- The sample some versions ago: what a target may hold before it is rebuilt. Some of it has the names of today in another shape.

create extension if not exists citext with schema public;

create schema audit;
create schema legacy;
comment on schema legacy is 'Gone since; a clone must not leave it behind';

create type public.user_role as enum ('admin', 'member');
create type public.currency as enum ('EUR', 'DZD', 'USD');
create type legacy.mood as enum ('happy', 'sad');
create domain public.email as text check (value like '%@%');

create table public.profiles (
  id serial primary key,
  email public.email unique,
  nickname public.citext,
  role public.user_role default 'member',
  settings jsonb,
  joined_on date default current_date
);

create table public.lofts (
  id integer generated always as identity (start with 10 increment by 10) primary key,
  owner integer references public.profiles (id),
  name varchar(40) not null,
  label text generated always as (upper(name)) stored,
  photo bytea
);

create table public.bookings (
  loft integer references public.lofts (id),
  night date,
  guest text not null,
  paid numeric(10, 2),
  primary key (loft, night)
);
alter table public.profiles add column favourite integer references public.lofts (id);

create table audit.audit_logs (
  at timestamptz default now(),
  entry json
) partition by range (at);
create table audit.audit_logs_old partition of audit.audit_logs for values from (minvalue) to ('2022-01-01');
create table audit.audit_logs_new partition of audit.audit_logs for values from ('2022-01-01') to (maxvalue);

create unlogged table legacy."Ancienne Table" (
  "clé" text,
  "valeur.1" double precision[]
);
create sequence legacy.counter increment by -1 start with 1000 maxvalue 1000 minvalue 1;

create function public.slugify(value text) returns varchar language sql immutable as $$
  select pg_catalog.lower($1)::varchar; select pg_catalog.replace($1, ' ', '_')::varchar;
$$;
create index lofts_slug_idx on public.lofts (public.slugify(name));

create function audit.record_change() returns trigger language plpgsql as $old$
begin
  insert into audit.audit_logs (entry) values (to_json(new));
  return new;
end;
$old$;
create trigger audit_bookings before insert or update on public.bookings
  for each row execute function audit.record_change();

create procedure legacy.reset() language sql as 'delete from legacy."Ancienne Table"';
create view public.upcoming_reservations as select loft, min(night) as first_night from public.bookings group by loft;
create materialized view public.loft_revenue as select loft, sum(paid) as revenue from public.bookings group by loft;
create rule bookings_forever as on delete to public.bookings do instead nothing;

alter table public.profiles enable row level security;
create policy everybody on public.profiles using (true);
comment on table public.bookings is 'Before reservations';

insert into public.profiles (email, nickname, role, settings)
  select 'ancien' || n || '@loft.example', 'Nick ' || n, case n % 7 when 0 then 'admin' else 'member' end::public.user_role,
         jsonb_build_object('n', n, 'é', E'a\tb\\c')
  from generate_series(1, 60) as n;
insert into public.lofts (owner, name, photo)
  select n, 'Loft n° ' || n, decode(md5(n::text), 'hex') from generate_series(1, 20) as n;
update public.profiles set favourite = 10 + (id % 20) * 10 where id % 2 = 0;
insert into public.bookings (loft, night, guest, paid)
  select 10 + (n % 20) * 10, date '2021-12-01' + n, E'Invité\n' || n, n * 1.5 from generate_series(1, 120) as n;
insert into audit.audit_logs (at, entry) values ('2020-05-05 00:00:00+00', '{"a":  1, "a": 2}');
insert into legacy."Ancienne Table" values ('pi', '{3.14159,NaN,-Infinity}'), (null, null), ('', '{}');
select nextval('legacy.counter'), nextval('legacy.counter');
refresh materialized view public.loft_revenue;
