-- Added when there were rows already, without looking at them; some do not comply.
alter table public.guests add constraint guests_born_after_1900 check (birth_date >= date '1900-01-01') not valid;
