create trigger touch_profiles before update on public.profiles
  for each row execute function public.touch_updated_at();
create trigger touch_reservations before update of status, check_in, check_out, total on public.reservations
  for each row when ((old.status, old.total) is distinct from (new.status, new.total)) execute function public.touch_updated_at();
create trigger notify_participants after insert on public.messages
  for each row execute function public.notify_participants();
create trigger announce_notification after insert on public.notifications
  for each row execute function public.announce_notification();
create trigger reservation_webhook after insert or update on public.reservations
  for each row execute function public.post_reservation_webhook();
create constraint trigger require_deposit after insert or update on public.reservations
  deferrable initially deferred for each row execute function public.require_deposit();
create trigger count_payments after insert on public.payments
  referencing new table as added_payments for each statement execute function public.count_payments();
comment on trigger reservation_webhook on public.reservations is 'Leaves the database; must not run outside production';

create trigger "old trigger; off" before update on public.bank_details
  for each row execute function public.touch_updated_at();
alter table public.bank_details disable trigger "old trigger; off";
