import { expect, test } from 'vitest';
import { holdSnapshot } from '../../engine/copy/hold-snapshot.js';
import { createDatabase } from '../support/databases.js';
import { startPostgresProxy } from '../support/postgres-proxy.js';
import { sourceOf, targetOf } from '../support/proofs.js';
import { createCopyWorld, heldSnapshot } from './world.js';

const people = 'create table people (id int, email text)';
const count = 'select count(*)::int from people';
const LARGE = 50 * 1024 * 1024;

test('a copy that is aborted midway leaves no row of its table, and the next one completes it', async () => {
  await using world = await createCopyWorld({
    schema: `create table a_done (id int); ${people}`,
    rows: `insert into a_done values (1); insert into people select i, repeat('x', 500) from generate_series(1, 100000) i`,
  });
  const tables = (await world.tables()).map((table) => ({ ...table, sizeBytes: table.name === 'people' ? LARGE : 0 }));
  const abort = new AbortController();
  const aborted = world.copy({
    tables,
    signal: abort.signal,
    gate: {
      admit: (bytes) => {
        if (bytes > 1000) abort.abort(new Error('stopped'));
        return undefined;
      },
    },
  });
  await expect(aborted).rejects.toThrow('stopped');
  expect(await world.into.column(count)).toEqual([0]);
  expect(await world.into.column('select id from a_done')).toEqual([1]);

  const totals = await world.copy({ tables });
  expect(totals.map(({ rows }) => rows)).toEqual([1, 100_000]);
  expect(await world.into.column(count)).toEqual([100_000]);
  expect(await world.into.column('select id from a_done')).toEqual([1]);
});

test('small tables are copied together or not at all', async () => {
  await using world = await createCopyWorld({
    schema: `create table a_first (id int); ${people}`,
    rows: `insert into a_first values (1); insert into people select i, 'x' from generate_series(1, 1000) i`,
  });
  await world.into.run('alter table people add check (id < 1000)');
  await expect(world.copy()).rejects.toMatchObject({ code: 'CONSTRAINT_VIOLATED' });
  expect(await world.into.column('select id from a_first')).toEqual([]);

  await world.into.run('alter table people drop constraint people_id_check');
  expect((await world.copy()).map(({ rows }) => rows)).toEqual([1, 1000]);
});

test('a retried unit copies no row twice, and needs no snapshot when all is done', async () => {
  await using world = await createCopyWorld({
    schema: people,
    rows: 'insert into people select generate_series(1, 10)',
  });
  const first = await world.copy();
  await world.release();
  expect(await world.copy()).toEqual(first);
  expect(await world.into.column(count)).toEqual([10]);
});

test('an attempt takes the place of an earlier one that still holds its table', async () => {
  await using world = await createCopyWorld({
    schema: people,
    rows: 'insert into people select generate_series(1, 1000)',
  });
  await using stuck = await world.target.connect({ purpose: 'copy-write' });
  await stuck.query('begin');
  await stuck.query(`select pg_advisory_xact_lock(hashtextextended('envclone:copy:"public"."people"/0', 0))`);
  await world.copy();
  expect(await world.into.column(count)).toEqual([1000]);
  await expect(stuck.query('commit')).rejects.toThrow();
});

test('a copier whose epoch is over cannot copy', async () => {
  await using world = await createCopyWorld({ schema: people, rows: 'insert into people values (1)' });
  await expect(world.copy({ epoch: 'earlier' })).rejects.toMatchObject({ code: 'SNAPSHOT_LOST' });
  expect(await world.into.column(count)).toEqual([0]);
});

test.each([
  ['truncated', 'truncate people'],
  ['rewritten', 'alter table people alter column id type bigint'],
])('a table that was %s after the snapshot cannot be copied from it', async (_, change) => {
  await using world = await createCopyWorld({
    schema: people,
    rows: 'insert into people select generate_series(1, 10)',
  });
  await world.from.run(change);
  await expect(world.copy()).rejects.toMatchObject({ code: 'SNAPSHOT_LOST' });
  expect(await world.into.column(count)).toEqual([0]);
});

test.each([
  ['table', 'drop table people'],
  ['column', 'alter table people drop column id'],
])(
  'a %s that was dropped after the plan was made is a change of the schema, which no retry undoes',
  async (_, change) => {
    await using world = await createCopyWorld({ schema: people, rows: 'insert into people values (1)' });
    const tables = await world.tables();
    await world.from.run(change);
    await expect(world.copy({ tables })).rejects.toMatchObject({ code: 'SOURCE_SCHEMA_CHANGED' });
    expect(await world.into.column(count)).toEqual([0]);
  },
);

test('a snapshot that nobody holds cannot be copied from', async () => {
  await using world = await createCopyWorld({ schema: people, rows: 'insert into people values (1)' });
  await world.release();
  await expect(world.copy()).rejects.toMatchObject({ code: 'SNAPSHOT_LOST' });
});

test.each(['from', 'into'] as const)('losing the connection %s which rows flow is worth another try', async (side) => {
  await using world = await createCopyWorld({
    schema: people,
    rows: `insert into people select i, repeat('x', 1000) from generate_series(1, 100000) i`,
  });
  const purpose = side === 'from' ? 'copy-read' : 'copy-write';
  let killed = 0;
  const copying = world.copy({
    onProgress: () => {
      if (killed++ > 0) return;
      void world[side].run(`select pg_terminate_backend(pid) from pg_stat_activity
        where application_name = 'envclone:${purpose}' and datname = current_database()`);
    },
  });
  await expect(copying).rejects.toMatchObject({
    code: 'CONNECTION_FAILED',
    message: expect.stringContaining('public.people'),
  });
  expect(await world.into.column(count)).toEqual([0]);
  await world.copy();
  expect(await world.into.column(count)).toEqual([100_000]);
});

test.each(['source', 'target'] as const)('a copy whose %s has gone silent ends when it is aborted', async (side) => {
  await using world = await createCopyWorld({ schema: people, rows: 'insert into people values (1)' });
  const abort = new AbortController();
  const { name, url } = side === 'source' ? world.from : world.into;
  await using silent = await startPostgresProxy(url, (statement) => {
    if (!statement.startsWith('copy')) return 'pass';
    setTimeout(() => abort.abort(new Error('stopped')), 100);
    return new Promise(() => {});
  });
  const through = { name, url: silent.url };
  const ends = side === 'source' ? { source: sourceOf(through) } : { target: targetOf(through) };
  await expect(world.copy({ ...ends, signal: abort.signal })).rejects.toThrow('stopped');

  await world.copy();
  expect(await world.into.column(count)).toEqual([1]);
});

test('whoever holds a snapshot hears that its transaction was ended', async () => {
  await using database = await createDatabase();
  const { ended } = await heldSnapshot(sourceOf(database));
  await database.run(`select pg_terminate_backend(pid) from pg_stat_activity
    where application_name = 'envclone:snapshot' and datname = current_database()`);
  expect(await ended).toMatchObject({ code: 'SNAPSHOT_LOST' });
});

test('a snapshot is held until the signal aborts, and then let go', async () => {
  await using database = await createDatabase();
  const abort = new AbortController();
  let beats = 0;
  const held = holdSnapshot(sourceOf(database), {
    signal: abort.signal,
    beatMs: 10,
    onReady: async () => {},
    onBeat: () => {
      if (++beats === 3) abort.abort(new Error('enough'));
    },
  });
  await expect(held).rejects.toThrow('enough');
  expect(
    await database.column(`select count(*)::int from pg_stat_activity
      where application_name = 'envclone:snapshot' and datname = current_database()`),
  ).toEqual([0]);
});

test('a snapshot that does not pass its check is never offered', async () => {
  await using database = await createDatabase({ sql: 'create table t (id int)' });
  let isOffered = false;
  const held = holdSnapshot(sourceOf(database), {
    signal: new AbortController().signal,
    check: async (session) => {
      const [row] = await session.query(`select to_regclass('public.t') is null as gone`);
      if (!row?.gone) throw new Error('the schema changed');
    },
    onReady: async () => {
      isOffered = true;
    },
  });
  await expect(held).rejects.toThrow('the schema changed');
  expect(isOffered).toBe(false);
});
