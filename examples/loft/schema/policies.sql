alter table public.profiles enable row level security;
create policy "profiles are visible to members" on public.profiles for select to authenticated using (is_active);
create policy "own profile" on public.profiles for update to authenticated
  using (id = auth.uid()) with check (id = auth.uid());

alter table public.lofts enable row level security;
create policy lofts_public on public.lofts for select to anon, authenticated using (status <> 'retired');
create policy lofts_owner on public.lofts for all to authenticated using (owner_id = auth.uid());

alter table public.bank_details enable row level security;
alter table public.bank_details force row level security;
create policy own_bank_details on public.bank_details for select to authenticated using (profile_id = auth.uid());
create policy never_at_night on public.bank_details as restrictive for all to public
  using (extract(hour from now()) between 0 and 23);

alter table public.reservations enable row level security;
create policy reservations_of_owner on public.reservations for select to authenticated
  using (booked_by = auth.uid() or exists (select from public.lofts l where l.id = loft_id and l.owner_id = auth.uid()));

alter table public.conversations enable row level security;
create policy conversations_of_participant on public.conversations for select to authenticated
  using (public.is_participant(id));
alter table public.conversation_participants enable row level security;
create policy participants_of_participant on public.conversation_participants for select to authenticated
  using (public.is_participant(conversation_id));
alter table public.messages enable row level security;
create policy messages_of_participant on public.messages for select to authenticated
  using (public.is_participant(conversation_id));
create policy messages_by_sender on public.messages for insert to authenticated
  with check (sender_id = auth.uid() and public.is_participant(conversation_id));
comment on policy messages_of_participant on public.messages is 'Others'' conversations do not exist';

alter table public.notifications enable row level security;
create policy own_notifications on public.notifications for all to authenticated using (profile_id = auth.uid());

alter table audit.audit_logs enable row level security;

create publication supabase_realtime for table public.messages, public.notifications;
