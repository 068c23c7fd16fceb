-- What versions from 14 and 15 add.
create function atomic_total(integer) returns numeric begin atomic; select sum(total) from orders where customer = $1; select 1; end;
create function grouped_by_key() returns table (id integer, name text) begin atomic; select c.id, c.name from customers c group by c.id; end;
create view invoked with (security_invoker = true) as select id from customers;
create type span as range (subtype = integer, multirange_type_name = spans);
create table compressed (a text compression pglz, b integer, unique nulls not distinct (b));
create statistics on_expression on (lower(name)), (parent + 1) from customers;
create publication filtered for table customers (id, name) where (id > 10);
create publication whole_schema for tables in schema audit;
create unique index include_nulls on customers (order_id) nulls not distinct where order_id > 0;
