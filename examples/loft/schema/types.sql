revoke create on schema public from public;
comment on schema public is 'Loft Algérie: lofts, guests, reservations; « tout ce qui est loué »';

create type public.user_role as enum ('admin', 'manager', 'member', 'guest', 'Partenaire privilégié');
create type public.currency as enum ('DZD', 'EUR');
create type public.amenity as enum ('wifi', 'parking', 'air conditioning', 'sea view', 'kitchen', 'washing, drying');
create type public.loft_status as enum ('available', 'occupied', 'maintenance', 'retired');
create type public.reservation_status as enum ('pending', 'confirmed', 'checked in', 'completed', 'cancelled');
comment on type public.user_role is 'What somebody may do; the last label is quoted, spaced and accented.';

create domain public.email as extensions.citext
  constraint email_has_one_at check (value::text ~ '^[^@[:space:]]+@[^@[:space:]]+\.[^@[:space:]]+$');
comment on domain public.email is 'Compared without regard to case';

create domain public.phone_number as text
  constraint phone_has_digits check (value ~ '^\+?[0-9][0-9 ]{7,19}$');

create domain public.positive_amount as numeric(14, 2) default 0 not null
  constraint amount_not_negative check (value >= 0);

create type public.postal_address as (
  street text,
  city text,
  postal_code varchar(10),
  country char(2)
);

create type public.price_range as range (subtype = numeric);

-- Bodies of functions that expressions below call: everything in them is qualified.
create function public.slugify(value text) returns text language sql immutable strict parallel safe as $function$
  select pg_catalog.btrim(pg_catalog.regexp_replace(pg_catalog.lower($1), '[^[:alnum:]]+', '-', 'g'), '-')
$function$;

create function public.starts_with_any_case(text, text) returns boolean language sql immutable as $$
  select pg_catalog.lower($1) like pg_catalog.lower($2) || '%'
$$;
create operator public.^@@ (leftarg = text, rightarg = text, function = public.starts_with_any_case);

create function public.longer_text(text, text) returns text language sql immutable as $$
  select case when pg_catalog.length($2) > coalesce(pg_catalog.length($1), -1) then $2 else $1 end
$$;
create aggregate public.longest(text) (sfunc = public.longer_text, stype = text);
comment on aggregate public.longest(text) is 'The longest of the texts; the first of equals.';

create text search configuration public.francais (copy = pg_catalog.french);

create sequence public.payment_id_seq as bigint increment by 5 start with 100 minvalue 100 cache 3;
create sequence public."Ticket-Nr" as smallint increment by 5 minvalue 5 maxvalue 9995 start with 25 cycle;
comment on sequence public."Ticket-Nr" is 'Printed on key tags; starts again at 5 when used up';
