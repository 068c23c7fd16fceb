import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { TestDatabase } from './databases.js';

const ACCOUNTS = 4_000;
const WRITERS = 3;

/** What every committed state of the source has in common: each query finds nothing. */
export const BROKEN_INVARIANTS: Record<string, string> = {
  'the sum over all accounts': `select sum(balance) from accounts having sum(balance) <> ${ACCOUNTS * 100}`,
  'the number of accounts': `select count(*) from accounts having count(*) <> ${ACCOUNTS}`,
  'the counted orders': 'select orders from counters where orders <> (select count(*) from orders)',
  'the items of each order': `
    select id from orders o where item_count <> (select count(*) from items i where i.order_id = o.id)`,
  'the owner of each item': 'select id from items i where not exists (select from orders o where o.id = i.order_id)',
  'one place for each parcel': 'select id from parcels group by id having count(*) <> 1',
  'the number of parcels': 'select count(*) from parcels having count(*) <> 500',
  'the moves of each parcel': `
    select id from parcels p where moves <> (select count(*) from moves m where m.parcel = p.id)`,
};

export const MOVING_SCHEMA = `
  create table accounts (id integer primary key, balance bigint not null, padding text) with (fillfactor = 50);
  create table counters (orders bigint not null);
  create table orders (id bigserial primary key, item_count integer not null, note text);
  create table items (id bigserial primary key, order_id bigint not null references orders deferrable initially deferred, note text);
  create table parcels (id integer not null, region text not null, moves integer not null) partition by list (region);
  create table parcels_north partition of parcels for values in ('north');
  create table parcels_south partition of parcels for values in ('south') partition by hash (id);
  create table parcels_south_0 partition of parcels_south for values with (modulus 2, remainder 0);
  create table parcels_south_1 partition of parcels_south for values with (modulus 2, remainder 1);
  create table parcels_rest partition of parcels default;
  create table moves (id bigserial primary key, parcel integer not null);
  insert into accounts select n, 100, repeat('x', 150) from generate_series(1, ${ACCOUNTS}) as n;
  insert into counters values (0);
  insert into parcels select n, 'north', 0 from generate_series(1, 500) as n;
  analyze`;

export interface MovingSource extends AsyncDisposable {
  /** Waits until that many more transactions are committed. */
  committed(transactions: number): Promise<void>;
}

/** Writers that change a database of `MOVING_SCHEMA` until disposed; every transaction keeps the invariants, and no statement alone does. */
export async function moveSource({ url }: TestDatabase): Promise<MovingSource> {
  let [isOver, commits] = [false, 0];
  const write = async (client: pg.Client) => {
    while (!isOver) {
      const work = WORKS[Math.floor(Math.random() * WORKS.length)] ?? transfer;
      const isKept = Math.random() < 0.9;
      try {
        await client.query('begin isolation level repeatable read');
        for (const statement of work()) await client.query(statement);
        await client.query(isKept ? 'commit' : 'rollback');
        commits += Number(isKept);
      } catch (error) {
        await client.query('rollback');
        if (!(error instanceof pg.DatabaseError && CONFLICTS.has(error.code ?? ''))) throw error;
      }
    }
  };
  const clients = Array.from({ length: WRITERS }, () => new pg.Client({ connectionString: url }));
  await Promise.all(clients.map((client) => client.connect()));
  const writers = Promise.all(clients.map(write));
  const failure = writers.then(() => {});
  failure.catch(() => {});
  return {
    async committed(transactions) {
      const until = commits + transactions;
      while (commits < until) await Promise.race([sleep(1), failure]);
    },
    async [Symbol.asyncDispose]() {
      isOver = true;
      await writers.finally(() => Promise.all(clients.map((client) => client.end())));
    },
  };
}

/** Serialization failure, deadlock. */
const CONFLICTS = new Set(['40001', '40P01']);

const any = (most: number) => 1 + Math.floor(Math.random() * most);

function transfer(): string[] {
  const [from, to, amount] = [any(ACCOUNTS), any(ACCOUNTS), any(50)];
  return [
    `update accounts set balance = balance - ${amount} where id = ${from}`,
    `update accounts set balance = balance + ${amount} where id = ${to}`,
  ];
}

/** New versions of many rows, each in another place of the table. */
function rewrite(): string[] {
  const first = any(ACCOUNTS);
  return [
    `update accounts set balance = balance + 7 where id between ${first} and ${first + 199}`,
    `update accounts set balance = balance - 7 where id between ${first} and ${first + 199}`,
  ];
}

function replaceAccount(): string[] {
  return [
    `with gone as (delete from accounts where id = ${any(ACCOUNTS)} returning *) insert into accounts select * from gone`,
  ];
}

function placeOrder(): string[] {
  const items = any(5);
  return [
    `select nextval('orders_id_seq')`,
    `insert into items (order_id, note) select currval('orders_id_seq'), 'item ' || n from generate_series(1, ${items}) as n`,
    `insert into orders (id, item_count, note) values (currval('orders_id_seq'), ${items}, repeat('é', ${any(300)}))`,
    'update counters set orders = orders + 1',
  ];
}

function cancelOrder(): string[] {
  const oldest = 'select id from orders order by id limit 1';
  return [
    `delete from items where order_id in (${oldest})`,
    `with deleted as (delete from orders where id in (${oldest}) returning id) update counters set orders = orders - (select count(*) from deleted)`,
  ];
}

function moveParcel(): string[] {
  const [id, region] = [any(500), ['north', 'south', 'east'][any(3) - 1]];
  return [
    `update parcels set region = '${region}', moves = moves + 1 where id = ${id}`,
    `insert into moves (parcel) values (${id})`,
  ];
}

const WORKS = [
  transfer,
  transfer,
  rewrite,
  replaceAccount,
  placeOrder,
  placeOrder,
  cancelOrder,
  moveParcel,
  moveParcel,
];
