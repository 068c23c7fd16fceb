import { expect, test } from 'vitest';
import { addForeignKeys } from '../../engine/schema/add-foreign-keys.js';
import { buildKeys } from '../../engine/schema/build-keys.js';
import { createDatabase, POSTGRES_MAJORS, type PostgresMajor, type TestDatabase } from '../support/databases.js';
import { targetOf } from '../support/proofs.js';
import { comparable } from './nasty.js';
import { dumpOf, landed, type StagedSchema, stagedSchema } from './staged.js';

const SCHEMA = `
  create table "Lofts" ("Id" integer primary key);
  create table orders (
    id integer primary key,
    loft integer constraint "of; loft" references "Lofts" on delete cascade deferrable initially deferred,
    previous integer constraint chain references orders,
    old integer
  );
  alter table orders add constraint unproven foreign key (old) references "Lofts" not valid;
  create table events (id integer, loft integer, primary key (id)) partition by range (id);
  create table events_low partition of events for values from (0) to (100);
  create table events_high partition of events for values from (100) to (200);
  alter table events add constraint event_loft foreign key (loft) references "Lofts";
  alter table events_low add constraint low_order foreign key (loft) references orders;
  create table about_events (event integer constraint about references events)`;

const ROWS = `
  insert into "Lofts" values (1), (2);
  insert into orders values (1, 1, null, 99), (2, 2, 1, 99);
  insert into events values (1, 1), (101, 2);
  insert into about_events values (101)`;

async function landedWithKeys(target: TestDatabase, schema: StagedSchema, rows = ROWS): Promise<void> {
  await landed(target, schema, rows);
  await buildKeys(targetOf(target), schema.keys);
}

test.each(POSTGRES_MAJORS)(
  'on PostgreSQL %i foreign keys arrive as they are in the source, those not valid too',
  async (major: PostgresMajor) => {
    await using source = await createDatabase({ major, sql: SCHEMA });
    await using target = await createDatabase({ major });
    const schema = await stagedSchema(source, major);
    await landedWithKeys(target, schema);

    await addForeignKeys(targetOf(target), schema.foreignKeys, { connections: 3 });

    expect(comparable(await dumpOf(target, major))).toBe(comparable(schema.dump));
    expect(await foreignKeysOf(target)).toEqual(await foreignKeysOf(source));
  },
);

test('rows are read after all foreign keys stand', async () => {
  await using source = await createDatabase({
    major: 15,
    sql: 'create table a (id integer primary key); create table b (id integer primary key references a, x integer references b)',
  });
  await using target = await createDatabase({ major: 15 });
  const schema = await stagedSchema(source, 15);
  await landedWithKeys(target, schema, 'insert into b values (1)');

  await expect(addForeignKeys(targetOf(target), schema.foreignKeys)).rejects.toMatchObject({
    code: 'CONSTRAINT_VIOLATED',
  });

  expect(await target.column("select conname::text from pg_constraint where contype = 'f' order by 1")).toEqual([
    'b_id_fkey',
    'b_x_fkey',
  ]);
});

test('a broken foreign key is named with its table, and no row is quoted', async () => {
  await using source = await createDatabase({
    major: 15,
    sql: `create table users (email text primary key);
      create table "Réservations" (email text constraint "of; user" references users)`,
  });
  await using target = await createDatabase({ major: 15 });
  const schema = await stagedSchema(source, 15);
  await landedWithKeys(target, schema, `insert into "Réservations" values ('karim@loft.example')`);

  const adding = addForeignKeys(targetOf(target), schema.foreignKeys);

  await expect(adding).rejects.toMatchObject({
    code: 'CONSTRAINT_VIOLATED',
    message: expect.stringMatching(/validating foreign key public\."Réservations"\."of; user".*constraint of; user/),
    details: { condition: { table: 'Réservations', constraint: 'of; user' } },
  });
  await expect(adding).rejects.not.toMatchObject({ message: expect.stringContaining('karim') });
});

test('a second attempt reads the rows that the first one did not, and only those', async () => {
  await using source = await createDatabase({ major: 15, sql: SCHEMA });
  await using target = await createDatabase({ major: 15 });
  const schema = await stagedSchema(source, 15);
  await landedWithKeys(target, schema);
  await target.run(`alter table orders add constraint "of; loft" foreign key (loft) references "Lofts" on delete cascade
    deferrable initially deferred not valid`);
  const counts: number[] = [];

  await addForeignKeys(targetOf(target), schema.foreignKeys);
  await addForeignKeys(targetOf(target), schema.foreignKeys, { onProgress: (done) => counts.push(done) });

  expect(await foreignKeysOf(target)).toEqual(await foreignKeysOf(source));
  expect(counts).toEqual([]);
});

test('the session of a worker that died in the middle is ended', async () => {
  await using source = await createDatabase({ major: 15, sql: SCHEMA });
  await using target = await createDatabase({ major: 15 });
  const schema = await stagedSchema(source, 15);
  await landedWithKeys(target, schema);
  await using orphan = await targetOf(target).connect({ purpose: 'foreign-keys' });
  await orphan.query(
    'begin; alter table public.orders add constraint chain foreign key (previous) references public.orders',
  );

  await addForeignKeys(targetOf(target), schema.foreignKeys);

  expect(await foreignKeysOf(target)).toEqual(await foreignKeysOf(source));
});

async function foreignKeysOf(database: TestDatabase): Promise<string[]> {
  return database.column(`
    select concat_ws(' ', conrelid::regclass, confrelid::regclass, conname, pg_get_constraintdef(oid), convalidated)
      from pg_constraint where contype = 'f' order by 1`);
}
