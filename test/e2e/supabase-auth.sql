-- Of Supabase's sign-in service: its tables with the columns, keys and indexes that decide how they are masked.
create extension pgcrypto;
create schema auth;

create table auth.users (
  instance_id uuid,
  id uuid primary key,
  aud varchar(255),
  role varchar(255),
  email varchar(255),
  encrypted_password varchar(255),
  confirmation_token varchar(255),
  recovery_token varchar(255),
  email_change_token_new varchar(255),
  email_change varchar(255),
  last_sign_in_at timestamptz,
  raw_app_meta_data jsonb,
  raw_user_meta_data jsonb,
  is_super_admin boolean,
  phone text unique default null,
  phone_change text default '',
  phone_change_token varchar(255) default '',
  email_change_token_current varchar(255) default '',
  email_change_confirm_status smallint default 0,
  reauthentication_token varchar(255) default '',
  is_sso_user boolean not null default false
);
create unique index confirmation_token_idx on auth.users (confirmation_token) where confirmation_token !~ '^[0-9 ]*$';
create unique index recovery_token_idx on auth.users (recovery_token) where recovery_token !~ '^[0-9 ]*$';
create unique index users_email_partial_key on auth.users (email) where is_sso_user = false;

create table auth.identities (
  provider_id text not null,
  user_id uuid not null references auth.users (id) on delete cascade,
  identity_data jsonb not null,
  provider text not null,
  email text generated always as (lower(identity_data ->> 'email')) stored,
  id uuid primary key default gen_random_uuid(),
  unique (provider_id, provider)
);
create index identities_email_idx on auth.identities (email text_pattern_ops);

create type auth.aal_level as enum ('aal1', 'aal2', 'aal3');
create type auth.one_time_token_type as enum ('confirmation_token', 'recovery_token');

create table auth.sessions (
  id uuid primary key,
  user_id uuid not null references auth.users (id) on delete cascade,
  aal auth.aal_level,
  user_agent text,
  ip inet,
  tag text
);
create table auth.refresh_tokens (
  id bigserial primary key,
  token varchar(255) unique,
  user_id varchar(255),
  parent varchar(255),
  session_id uuid references auth.sessions (id) on delete cascade
);
create table auth.one_time_tokens (
  id uuid primary key,
  user_id uuid not null references auth.users (id) on delete cascade,
  token_type auth.one_time_token_type not null,
  token_hash text not null,
  relates_to text not null
);
create table auth.mfa_factors (
  id uuid primary key,
  user_id uuid not null references auth.users (id) on delete cascade,
  friendly_name text,
  secret text,
  phone text
);
create table auth.mfa_challenges (
  id uuid primary key,
  factor_id uuid not null references auth.mfa_factors (id) on delete cascade,
  ip_address inet not null,
  otp_code text
);
create table auth.flow_state (id uuid primary key, user_id uuid, auth_code text not null, provider_access_token text);
create table auth.audit_log_entries (id uuid primary key, payload json, ip_address varchar(64) not null default '');

create table public.profiles (id uuid primary key references auth.users (id), email text not null, full_name text);
create table public.devices (
  id bigint primary key,
  session_id uuid references auth.sessions (id) on delete set null
);
create table public.session_scores (session_id uuid not null references auth.sessions (id), score int);

insert into auth.users (id, aud, role, email, encrypted_password, confirmation_token, recovery_token, email_change,
                        raw_app_meta_data, raw_user_meta_data, phone)
select ('00000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid, 'authenticated', 'authenticated',
       'canary' || n || '@example.dz', crypt('canary-' || n, gen_salt('bf', 4)),
       case when n % 3 = 0 then md5('confirm' || n) else '' end, '', '',
       jsonb_build_object('provider', case when n % 2 = 0 then 'google' else 'email' end),
       jsonb_build_object(
         'iss', 'https://accounts.google.com', 'email', 'canary' || n || '@example.dz', 'full_name', 'Canary Benali',
         'name', 'Canary Benali', 'avatar_url', 'https://lh3.google.example/canary' || n, 'email_verified', true),
       '+21355500' || (1000 + n)
  from generate_series(1, 20) n;
insert into auth.identities (provider_id, user_id, identity_data, provider)
select who, id, jsonb_build_object('sub', who, 'email', case when provider = 'google' then initcap(email) else email end, 'name', 'Canary Benali'), provider
  from (select *, raw_app_meta_data ->> 'provider' as provider,
               case when raw_app_meta_data ->> 'provider' = 'email' then id::text
                    else '1078' || right(replace(id::text, '-', ''), 12) end as who
          from auth.users) users;
insert into auth.sessions (id, user_id, aal, user_agent, ip) select gen_random_uuid(), id, 'aal1', 'canary browser', '41.200.1.1' from auth.users;
insert into auth.refresh_tokens (token, user_id, session_id) select 'canary' || id, user_id, id from auth.sessions;
insert into auth.one_time_tokens select gen_random_uuid(), id, 'recovery_token', 'canary', email from auth.users;
insert into auth.mfa_factors select gen_random_uuid(), id, 'canary phone', 'CANARYSECRET', phone from auth.users;
insert into auth.mfa_challenges select gen_random_uuid(), id, '41.200.1.1', 'canary' from auth.mfa_factors;
insert into auth.flow_state select gen_random_uuid(), id, 'canary', 'canary' from auth.users;
insert into auth.audit_log_entries select gen_random_uuid(), json_build_object('actor', email), '41.200.1.1' from auth.users;
insert into public.profiles select id, email, 'Canary Benali' from auth.users;
insert into public.devices select row_number() over (), id from auth.sessions;
insert into public.session_scores select id, 1 from auth.sessions;
analyze;
