-- What versions from 17 and 18 add.
create table generated_now (a integer, b integer generated always as (a * 2) virtual, constraint "named; not null" not null a);
alter table generated_now add constraint later_not_null not null b not valid;
create table shifts (room integer, during int4range, primary key (room, during without overlaps));
create table guards (room integer, during int4range, foreign key (room, period during) references shifts (room, period during));
create table unenforced (a integer constraint maybe check (a > 0) not enforced, constraint noted_only foreign key (a) references customers not enforced);
