import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { endEarlierRollback } from '../../engine/rollback/earlier-rollback.js';
import type { PostgresMajor } from '../support/databases.js';
import { targetOf } from '../support/proofs.js';
import { createRollbackWorld } from './world.js';

const MAJORS: readonly PostgresMajor[] = [13, 18];

const SHOP = `
  create type mood as enum ('sad', 'glad');
  create function touch() returns trigger language plpgsql as $$begin raise exception 'a trigger was not silent'; end$$;
  create table lofts (
    id int generated always as identity primary key, name text not null unique deferrable initially deferred,
    price numeric(10, 2), doubled numeric generated always as (price * 2) stored, mood mood, parent int references lofts deferrable
  );
  insert into lofts (name, price, mood) select 'loft ' || n, n, 'glad' from generate_series(1, 5) n;
  update lofts set parent = 1 where id > 1;
  create trigger touched before insert or update or delete or truncate on lofts for each statement execute function touch();
  create table bookings (id serial primary key, loft int not null references lofts, nights int default 1);
  insert into bookings (loft) select n from generate_series(1, 3) n;
  create table payments (id bigserial primary key, booking int references bookings on delete cascade, amount int);
  insert into payments (booking, amount) select n, n * 10 from generate_series(1, 3) n;
  create table notes (id int, note text);
  insert into notes values (1, 'a');
  create view names as select id, name from lofts;
  create view glad as select * from names where name <> '';
  create function first_loft() returns lofts language sql stable as 'select * from public.lofts limit 1';
  create materialized view counted as select count(*) as lofts from names;
  create policy own on notes using (exists (select from lofts where name = current_user));
  alter table lofts enable row level security;
  create policy all_lofts on lofts using (true);
  grant select (name) on lofts to public;
  comment on column lofts.price is 'in DZD';`;

const SPOIL_ROWS = `
  set session_replication_role = replica;
  update lofts set name = 'spoilt ' || id;
  insert into lofts (name) values ('new');
  reset session_replication_role;
  refresh materialized view counted;`;

describe.each(MAJORS)('on PostgreSQL %i', (major) => {
  test('a table of the same definition gets its rows and its identity back; views of it are filled again, all else stays', async () => {
    await using world = await createRollbackWorld({ major, sql: SHOP });
    const before = await world.state();
    await world.database.run(SPOIL_ROWS);

    const changes = await world.rollBack({ tables: ['lofts'] });

    expect(changes).toEqual({
      tables: [{ table: 'public.lofts', rowsBefore: 6, rowsAfter: 5 }],
      objects: [],
      kept: [],
    });
    expect(await world.state()).toEqual(before);
  });

  test('a table of another definition is made again with everything that belongs to it, and what depends on it', async () => {
    await using world = await createRollbackWorld({ major, sql: SHOP });
    const before = await world.state();
    await world.database.run(`${SPOIL_ROWS}
      alter table lofts add column spoilt int default 7, alter column mood type text;
      drop policy all_lofts on lofts; alter table lofts disable row level security; alter table lofts disable trigger touched;
      create index spoilt_index on lofts (spoilt); comment on table lofts is 'spoilt'; revoke select (name) on lofts from public;
      create role "spoilt_${world.database.name}"; grant all on lofts to "spoilt_${world.database.name}";`);

    const changes = await world.rollBack({ tables: ['public.lofts'] });

    expect(await world.state()).toEqual(before);
    expect(changes.objects).toContainEqual({ kind: 'table', name: 'public.lofts', change: 'replaced' });
    expect(changes.objects).toContainEqual({ kind: 'index', name: 'public.spoilt_index', change: 'dropped' });
    expect(changes.objects).toContainEqual({ kind: 'view', name: 'public.glad', change: 'remade' });
    expect(changes.objects).toContainEqual({ kind: 'policy', name: 'public.notes.own', change: 'remade' });
    await world.database.run(`drop role "spoilt_${world.database.name}"`);
  });

  test('a table that is gone comes back', async () => {
    await using world = await createRollbackWorld({ major, sql: SHOP });
    const before = await world.state();
    await world.database.run('drop table payments');

    await world.rollBack({ tables: ['payments'] });

    expect(await world.state()).toEqual(before);
  });

  test('rows of others that would reference rows that go are refused with table, key and number, or follow when asked', async () => {
    await using world = await createRollbackWorld({ major, sql: SHOP });
    const before = await world.state();
    await world.database.run(`
      set session_replication_role = replica;
      insert into lofts (name) values ('new');
      insert into bookings (loft) values (6), (6);
      insert into payments (booking, amount) values (4, 40);
      reset session_replication_role;`);
    const spoilt = await world.state();

    for (const attempt of [world.rollBack, world.tryRollback]) {
      await expect(attempt({ tables: ['lofts'] })).rejects.toMatchObject({
        code: 'ROLLBACK_REFUSED',
        message: expect.stringContaining(
          'public.bookings (bookings_loft_fkey): 2 row(s) would reference rows of public.lofts that are not there',
        ),
        next: expect.stringContaining('--cascade'),
      });
    }
    expect(await world.state()).toEqual(spoilt);

    const tried = await world.tryRollback({ tables: ['lofts'], cascade: true });
    expect(await world.state()).toEqual(spoilt);
    const changes = await world.rollBack({ tables: ['lofts'], cascade: true });
    expect(changes).toEqual(tried);
    expect(changes.tables).toEqual(
      expect.arrayContaining([
        { table: 'public.lofts', rowsBefore: 6, rowsAfter: 5 },
        { table: 'public.bookings', rowsBefore: 5, rowsAfter: 3, cascaded: true },
        { table: 'public.payments', rowsBefore: 4, rowsAfter: 3, cascaded: true },
      ]),
    );
    expect({ ...(await world.state()).rows, counted: '' }).toEqual({ ...before.rows, counted: '' });
  });

  test('rows that would reference rows that are not there any more are refused, and come when both are named', async () => {
    await using world = await createRollbackWorld({ major, sql: SHOP });
    const before = await world.state();
    await world.database.run(`truncate bookings, payments`);

    await expect(world.rollBack({ tables: ['payments'], cascade: true })).rejects.toMatchObject({
      code: 'ROLLBACK_REFUSED',
      message: expect.stringContaining('public.payments (payments_booking_fkey): 3 row(s)'),
    });
    await world.rollBack({ tables: ['payments', 'bookings'] });
    expect(await world.state()).toEqual(before);
  });

  test('what cannot be made on a table as it was is refused by name, and nothing has changed', async () => {
    await using world = await createRollbackWorld({ major, sql: SHOP });
    await world.database.run(
      `alter table lofts add column spoilt int; create view of_spoilt as select spoilt from lofts`,
    );
    const spoilt = await world.state();

    await expect(world.rollBack({ tables: ['lofts'] })).rejects.toMatchObject({
      code: 'ROLLBACK_REFUSED',
      message: expect.stringContaining('view public.of_spoilt cannot be made as it shall be'),
    });
    expect(await world.state()).toEqual(spoilt);
  });

  test('a failure in the middle leaves everything as it was, values of sequences too', async () => {
    await using world = await createRollbackWorld({ major, sql: SHOP });
    await world.database.run(
      `${SPOIL_ROWS} alter table lofts add column spoilt int; select nextval('bookings_id_seq'), nextval('lofts_id_seq')`,
    );
    const spoilt = await world.state();

    for (const parts of [{ tables: ['lofts', 'bookings'] }, { components: ['schema' as const] }]) {
      const failing = world.rollBack(parts, { beforeCommit: () => Promise.reject(new Error('the worker died')) });
      await expect(failing).rejects.toThrow('the worker died');
      expect(await world.state()).toEqual(spoilt);
    }
  });

  test('a session that the server ends in the middle leaves everything as it was', async () => {
    await using world = await createRollbackWorld({ major, sql: SHOP });
    await world.database.run(`${SPOIL_ROWS} alter table lofts add column spoilt int;`);
    const spoilt = await world.state();

    const ended = world.rollBack(
      { tables: ['lofts'] },
      {
        beforeCommit: async () => {
          await world.database.run(`
            select pg_terminate_backend(pid) from pg_stat_activity
             where datname = current_database() and application_name like 'envclone:%rollback'`);
        },
      },
    );
    await expect(ended).rejects.toMatchObject({ code: 'CONNECTION_FAILED' });
    expect(await world.state()).toEqual(spoilt);
  });

  test('partitions go with their table, new ones too', async () => {
    await using world = await createRollbackWorld({
      major,
      sql: `
        create table events (id int, at date not null, note text, primary key (id, at)) partition by range (at);
        create table events_2024 partition of events for values from ('2024-01-01') to ('2025-01-01');
        create table events_2025 partition of events for values from ('2025-01-01') to ('2026-01-01') partition by list (at);
        create table events_2025_rest partition of events_2025 default;
        create table about (id int, at date, foreign key (id, at) references events);
        insert into events select n, date '2024-06-01' + n * 30, 'n' || n from generate_series(1, 15) n;
        insert into about select id, at from events limit 5;`,
    });
    const before = await world.state();
    await world.database.run(`
      create table events_2026 partition of events for values from ('2026-01-01') to ('2027-01-01');
      insert into events values (99, '2026-05-05', 'new');
      update events set note = 'spoilt'`);

    const data = await world.rollBack({ tables: ['events'], components: ['data'] });
    expect(data.tables).toContainEqual({ table: 'public.events_2026', rowsBefore: 1, rowsAfter: 0 });
    expect((await world.state()).rows).toEqual({ ...before.rows, events_2026: '0 0' });

    await world.rollBack({ tables: ['events'] });
    expect(await world.state()).toEqual(before);
  });

  test('rows of a partition that is no more go to the one that has its place', async () => {
    await using world = await createRollbackWorld({
      major,
      sql: `
        create table events (id int, at date not null) partition by range (at);
        create table events_old partition of events for values from ('2024-01-01') to ('2025-01-01');
        insert into events select n, date '2024-01-01' + n from generate_series(1, 9) n;`,
      later: `drop table events_old; create table events_all partition of events default; insert into events values (7, '2030-01-01')`,
    });
    await world.rollBack({ tables: ['events'], components: ['data'] });
    expect(await world.database.column('select count(*)::int from events_all')).toEqual([9]);
  });

  test('an inheriting table keeps its rows when its parent is made again; its parent keeps those of its own', async () => {
    await using world = await createRollbackWorld({
      major,
      sql: `
        create table parent (a int, b text); create table child (c int default 4) inherits (parent);
        insert into parent values (1, 'p'); insert into child values (2, 'c', 3);`,
    });
    const before = await world.state();
    await world.database.run(`alter table parent add column spoilt int; delete from only parent`);
    await world.rollBack({ tables: ['parent'] });
    expect(await world.state()).toEqual(before);
  });

  test('a role that is no superuser takes back tables whose policies bind it', async () => {
    const user = `owner_${major}_${Date.now()}`;
    const login = { user, password: 'owner' };
    await using world = await createRollbackWorld({
      major,
      login,
      sql: `
        create role ${user} login password 'owner';
        grant create on schema public to ${user};
        do $$begin execute format('grant create on database %I to ${user}', current_database()); end$$;
        set role ${user};
        create function veto() returns trigger language plpgsql as $$begin raise exception 'not silent'; end$$;
        create table lofts (id int primary key, name text);
        create table bookings (id int primary key, loft int references lofts);
        insert into lofts values (1, 'a'), (2, 'b'); insert into bookings values (1, 1);
        create trigger veto before insert or delete on lofts for each row execute function veto();
        alter table bookings enable row level security; alter table lofts enable row level security;
        alter table lofts force row level security; create policy everything on lofts using (true);
        reset role;
        set row_security = on;`,
    });
    const before = await world.state();
    await world.database.run(`
      set role ${user};
      alter table lofts disable trigger veto; update lofts set name = 'spoilt'; alter table lofts enable trigger veto;
      reset role`);
    await world.rollBack({ tables: ['lofts'] });
    expect(await world.state()).toEqual(before);

    await world.database.run(`alter table lofts add column spoilt int`);
    await world.rollBack({ tables: ['lofts'] });
    expect(await world.state()).toEqual(before);
    await world.database.run(`drop owned by ${user} cascade; drop role ${user}`);
  });
});

test('an unknown table is an error that lists what the restore point has', async () => {
  await using world = await createRollbackWorld({
    sql: 'create table a (id int); create schema s; create table s."B b" (id int)',
  });
  await expect(world.rollBack({ tables: ['b', 'a', 's.c'] })).rejects.toMatchObject({
    code: 'CONFIGURATION_INVALID',
    message: 'the restore point has no table b, s.c. It has: public.a, s.B b',
  });
  for (const name of ['s.B b', 's."B b"', '"s"."B b"']) await world.rollBack({ tables: [name] });
});

test('a damaged file of the restore point is told, and nothing has changed', async () => {
  await using world = await createRollbackWorld({ sql: SHOP, later: SPOIL_ROWS });
  const spoilt = await world.state();
  const file = world.archive.archived.find(({ name }) => name === 'lofts')?.file ?? '';
  const [found = ''] = (await readdir(world.directory, { recursive: true })).filter((path) => path.endsWith(file));
  const path = join(world.directory, found);
  const bytes = await readFile(path);
  bytes[bytes.length - 3] = (bytes.at(-3) ?? 0) ^ 1;
  await writeFile(path, bytes);

  await expect(world.rollBack({ tables: ['notes', 'lofts'] })).rejects.toMatchObject({ code: 'RESTORE_POINT_DAMAGED' });
  expect(await world.state()).toEqual(spoilt);
  await world.rollBack({ tables: ['notes'] });
});

test('an attempt whose worker is gone is ended, and what it did with it', async () => {
  await using world = await createRollbackWorld({ sql: SHOP, later: SPOIL_ROWS });
  const spoilt = await world.state();
  const target = targetOf(world.database);
  const first = world.rollBack({ tables: ['lofts'] }, { beforeCommit: () => endEarlierRollback(target) });
  await expect(first).rejects.toMatchObject({ code: 'CONNECTION_FAILED' });
  expect(await world.state()).toEqual(spoilt);
});
