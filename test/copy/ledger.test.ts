import { expect, test } from 'vitest';
import { dropLedger, endCopying, prepareLedger, readLedger } from '../../engine/copy/ledger.js';
import { markStage, markUnfinished, readUnfinished } from '../../engine/copy/unfinished.js';
import { dropEverything } from '../../engine/schema/drop.js';
import { createDatabase } from '../support/databases.js';
import { targetOf } from '../support/proofs.js';
import { createCopyWorld, heldSnapshot } from './world.js';

test('a new epoch copies everything again, from its own snapshot', async () => {
  await using world = await createCopyWorld({
    schema: 'create table a (id int); create table b (id int)',
    rows: 'insert into a values (1); insert into b values (1)',
  });
  const tables = await world.tables();
  await world.copy({ tables: tables.slice(0, 1) });
  await world.from.run('insert into a values (2); insert into b values (2)');
  const second = await heldSnapshot(world.source);

  await prepareLedger(world.target, { operation: 'clone', epoch: 'second', tables });
  expect(await world.into.column('select id from a')).toEqual([]);
  await world.copy({ tables, epoch: 'second', snapshot: second.snapshot });
  await second.release();

  expect(await world.into.column('select id from a order by id')).toEqual([1, 2]);
  expect(await world.into.column('select id from b order by id')).toEqual([1, 2]);
});

test('preparing the same epoch again keeps what it copied', async () => {
  await using world = await createCopyWorld({ schema: 'create table a (id int)', rows: 'insert into a values (1)' });
  await world.copy();
  await prepareLedger(world.target, { operation: 'clone', epoch: 'first', tables: await world.tables() });
  await world.copy();
  expect(await world.into.column('select id from a')).toEqual([1]);
});

test('a new epoch ends a copier of the one before', async () => {
  await using world = await createCopyWorld({ schema: 'create table a (id int)', rows: 'insert into a values (1)' });
  await using stuck = await world.target.connect({ purpose: 'copy-write' });
  await stuck.query('begin');
  await stuck.query('select epoch from envclone.operation for share');
  await stuck.query('insert into public.a values (7)');
  await prepareLedger(world.target, { operation: 'clone', epoch: 'second', tables: await world.tables() });
  await expect(stuck.query('commit')).rejects.toThrow();
  expect(await world.into.column('select id from a')).toEqual([]);
});

test('an epoch whose emptying was interrupted is not copied into until it is prepared again', async () => {
  await using world = await createCopyWorld({ schema: 'create table a (id int)', rows: 'insert into a values (1)' });
  await world.copy();
  const tables = await world.tables();
  const gone = tables.map((table) => ({ ...table, name: 'not there' }));
  await expect(
    prepareLedger(world.target, { operation: 'clone', epoch: 'second', tables: gone }),
  ).rejects.toMatchObject({ code: 'SCHEMA_STATEMENT_FAILED' });
  await expect(world.copy({ epoch: 'second' })).rejects.toMatchObject({ code: 'SNAPSHOT_LOST' });

  await prepareLedger(world.target, { operation: 'clone', epoch: 'second', tables });
  await world.copy({ epoch: 'second' });
  expect(await world.into.column('select id from a')).toEqual([1]);
});

test("a new epoch leaves an extension's own rows, and empties roots and parents without their siblings", async () => {
  await using world = await createCopyWorld({
    schema: `create table conf (id int); insert into conf values (1);
             create table parent (id int); create table child () inherits (parent); insert into child values (1);
             create table root (k int) partition by list (k); create table part partition of root default; insert into root values (1)`,
    rows: '',
  });
  await world.into.run('insert into conf values (20); insert into parent values (2)');
  const plans = Object.fromEntries((await world.tables()).map((table) => [table.name, table]));
  const tables = [
    { ...plans.conf, where: 'where id > 10' },
    plans.parent,
    { ...plans.part, into: { schema: 'public', name: 'root' } },
  ];
  await prepareLedger(world.target, { operation: 'clone', epoch: 'second', tables: tables as never });
  expect(await world.into.column('select id from conf')).toEqual([1]);
  expect(await world.into.column('select id from parent')).toEqual([1]);
  expect(await world.into.column('select k from root')).toEqual([]);
});

test('more tables than one transaction empties are all emptied', async () => {
  const names = Array.from({ length: 201 }, (_, at) => `t${at}`);
  await using world = await createCopyWorld({
    schema: names.map((name) => `create table ${name} ()`).join(';'),
    rows: 'insert into t0 default values; insert into t99 default values',
  });
  await world.copy();
  await prepareLedger(world.target, { operation: 'clone', epoch: 'second', tables: await world.tables() });
  expect(await world.into.column('select from t0 union all select from t99')).toEqual([]);
});

test('a target without a ledger has no clone under way, before one and after it', async () => {
  await using database = await createDatabase();
  const target = targetOf(database);
  await using session = await database.session();
  expect(await readLedger(session)).toBeUndefined();
  await prepareLedger(target, { operation: 'clone', epoch: 'first', tables: [] });
  expect(await readLedger(session)).toMatchObject({ operation: 'clone', epoch: 'first', tables: [] });
  await dropLedger(target);
  await dropLedger(target);
  expect(await readLedger(session)).toBeUndefined();
  expect(await database.column(`select count(*)::int from pg_namespace where nspname = 'envclone'`)).toEqual([0]);
});

test('that an operation is unfinished is no ledger, outlives a drop and the copying, and goes with the ledger', async () => {
  await using world = await createCopyWorld({ schema: 'create table t (id int)', rows: 'insert into t values (1)' });
  const { target } = world;
  await using session = await world.into.session();
  const marked = { operation: 'clone', restorePoint: 'clone' };
  await markUnfinished(target, marked);
  expect(await readLedger(session)).toBeUndefined();
  await dropEverything(target);
  expect(await readUnfinished(session)).toEqual(marked);

  await prepareLedger(target, { operation: 'clone', epoch: 'first', tables: [] });
  expect(await readLedger(session)).toMatchObject({ operation: 'clone', epoch: 'first', isReady: true });
  await endCopying(target);
  await endCopying(target);
  expect(await readLedger(session)).toBeUndefined();
  expect(await readUnfinished(session)).toEqual(marked);
  await dropLedger(target);
  expect(await readUnfinished(session)).toBeUndefined();
});

test('a ledger of an earlier version says what is unfinished too', async () => {
  await using database = await createDatabase({
    sql: `create schema envclone; create table envclone.operation (operation text, epoch text, is_ready boolean);
      insert into envclone.operation values ('clone', 'clone/1', true)`,
  });
  await using session = await database.session();
  expect(await readUnfinished(session)).toEqual({ operation: 'clone' });
  await markStage(targetOf(database), 'copy');
  expect(await readUnfinished(session)).toEqual({ operation: 'clone', stage: 'copy' });
});

test('a target without a ledger keeps no stage', async () => {
  await using database = await createDatabase();
  await markStage(targetOf(database), 'migrate');
  await using session = await database.session();
  expect(await readUnfinished(session)).toBeUndefined();
});

test('a copier whose worker is gone does not hold up what marks its target as unfinished', async () => {
  await using world = await createCopyWorld({ schema: 'create table t (id int)', rows: '' });
  await using stuck = await world.target.connect({ purpose: 'copy-write' });
  await stuck.query('begin');
  await stuck.query('select epoch from envclone.operation for share');
  await markUnfinished(world.target, { operation: 'other', restorePoint: 'other' });
  await expect(stuck.query('select 1')).rejects.toThrow();
});
