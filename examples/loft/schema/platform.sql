-- A small stand-in of what Supabase puts into every database.

create schema extensions;
create extension citext with schema extensions;
create extension hstore with schema extensions;
create extension btree_gist with schema extensions;
create extension pgcrypto with schema extensions;
create extension "uuid-ossp" with schema extensions;

create schema auth;

create table auth.users (
  id uuid primary key default gen_random_uuid(),
  email varchar(255),
  phone text unique,
  encrypted_password varchar(255),
  email_confirmed_at timestamptz,
  phone_confirmed_at timestamptz,
  confirmed_at timestamptz generated always as (least(email_confirmed_at, phone_confirmed_at)) stored,
  last_sign_in_at timestamptz,
  raw_app_meta_data jsonb not null default '{}',
  raw_user_meta_data jsonb not null default '{}',
  is_sso_user boolean not null default false,
  created_at timestamptz not null default now()
);
create unique index users_email_partial_key on auth.users (email) where (is_sso_user = false);
comment on table auth.users is 'Who can sign in; the platform''s own table.';

create table auth.identities (
  id uuid primary key default gen_random_uuid(),
  provider_id text not null,
  user_id uuid not null references auth.users (id) on delete cascade,
  identity_data jsonb not null,
  provider text not null,
  email text generated always as (lower(identity_data ->> 'email')) stored,
  created_at timestamptz not null default now(),
  constraint identities_provider_id_provider_unique unique (provider_id, provider)
);
create index identities_email_idx on auth.identities (email text_pattern_ops);

create function auth.uid() returns uuid language sql stable as $$
  select nullif(current_setting('request.jwt.claim.sub', true), '')::uuid
$$;
comment on function auth.uid() is 'The user of the request; null outside of one.';

create function auth.role() returns text language sql stable as $$
  select nullif(current_setting('request.jwt.claim.role', true), '')
$$;

create schema storage;

create table storage.buckets (
  id text primary key,
  name text not null unique,
  owner uuid,
  public boolean not null default false,
  allowed_mime_types text[],
  created_at timestamptz not null default now()
);

create table storage.objects (
  id uuid primary key default gen_random_uuid(),
  bucket_id text references storage.buckets (id),
  name text,
  owner uuid,
  metadata jsonb,
  path_tokens text[] generated always as (string_to_array(name, '/')) stored,
  created_at timestamptz not null default now(),
  unique (bucket_id, name)
);
alter table storage.objects enable row level security;
create policy "own files" on storage.objects for all to authenticated using (owner = auth.uid());

-- Not everything in a database belongs to one role.
alter schema storage owner to service_role;
alter table storage.buckets owner to service_role;
alter table storage.objects owner to service_role;

create schema net;

create table net.calls (
  id bigint generated always as identity primary key,
  url text not null,
  body jsonb not null,
  called_at timestamptz not null default clock_timestamp()
);

create function net.http_post(url text, body jsonb) returns bigint language sql security definer set search_path = '' as $$
  insert into net.calls (url, body) values ($1, $2) returning id
$$;
comment on function net.http_post(text, jsonb) is 'Stands in for pg_net: writes down the call that the real one would send.';

grant usage on schema extensions, auth, storage to anon, authenticated, service_role;
grant usage on schema net to service_role;
grant all on all tables in schema auth to service_role;
grant select, insert, update, delete on storage.objects to authenticated;
grant select on storage.buckets to anon, authenticated;
