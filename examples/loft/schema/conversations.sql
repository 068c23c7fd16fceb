create table public.conversations (
  id uuid primary key default gen_random_uuid(),
  subject text,
  loft_id bigint references public.lofts (id) on delete set null,
  reservation_id bigint references public.reservations (id) on delete set null,
  created_by uuid not null references public.profiles (id),
  created_at timestamptz not null default now()
);

create table public.conversation_participants (
  conversation_id uuid not null references public.conversations (id) on delete cascade,
  profile_id uuid not null references public.profiles (id) on delete cascade,
  is_muted boolean not null default false,
  joined_at timestamptz not null default now(),
  primary key (conversation_id, profile_id)
);
create index conversation_participants_profile_idx on public.conversation_participants (profile_id);

create table public.messages (
  conversation_id uuid not null,
  message_no integer not null,
  sender_id uuid not null,
  reply_to_no integer,
  body text not null,
  attachments jsonb,
  sent_at timestamptz not null default now(),
  primary key (conversation_id, message_no),
  constraint messages_sender_participates foreign key (conversation_id, sender_id)
    references public.conversation_participants (conversation_id, profile_id) on delete cascade,
  constraint messages_reply_fkey foreign key (conversation_id, reply_to_no)
    references public.messages (conversation_id, message_no) on delete cascade
);
create index messages_sent_idx on public.messages using brin (sent_at);

create table public.notifications (
  id bigint generated always as identity primary key,
  profile_id uuid not null references public.profiles (id) on delete cascade,
  kind text not null,
  title text not null,
  body text,
  payload jsonb not null default '{}',
  read_at timestamptz,
  created_at timestamptz not null default now()
);
create index notifications_unread_idx on public.notifications (profile_id) where read_at is null;
