import { expect, test } from 'vitest';
import type { RelationName } from '../../contracts/relations.js';
import { describeLockHolders, explainLockTimeout } from '../../engine/postgres/lock-holders.js';
import { quoteRelation } from '../../engine/postgres/quote.js';
import { createRole } from '../safety/world.js';
import { createDatabase, type TestDatabase } from '../support/databases.js';
import { sourceOf } from '../support/proofs.js';

const ORDERS: RelationName = { schema: 'public', name: 'Größe "x"' };
const ORDERS_SQL = `create table ${quoteRelation(ORDERS)} (id int primary key, note text)`;

/** A session of the application's that has run these statements in a transaction. */
async function inTransaction(database: TestDatabase, ...statements: string[]) {
  const session = await database.session();
  await session.query(`set application_name = 'migration'`);
  await session.query('begin');
  for (const statement of statements) await session.query(statement);
  return session;
}

/** What a copy of the table fails with, when it waits for a lock half a second. */
async function copyFailure({ name, url }: { name: string; url: string }, relation = ORDERS) {
  const source = sourceOf({ name, url });
  await using session = await source.connect({ purpose: 'copy-read', lockTimeoutMs: 500 });
  try {
    for await (const _ of session.copyOut(`copy ${quoteRelation(relation)} to stdout`));
  } catch (error) {
    return explainLockTimeout(error, {
      doing: 'copying',
      environment: 'production',
      otherwise: 'COPY_FAILED',
      relation,
      connect: source.connect,
    });
  }
  throw new Error('the copy did not fail');
}

test.each([13, 17] as const)(
  'on PostgreSQL %i a locked source table is an error within the lock timeout that names the holder, never its query',
  async (major) => {
    await using database = await createDatabase({ major, sql: ORDERS_SQL });
    await using holder = await inTransaction(
      database,
      `lock table ${quoteRelation(ORDERS)} in access exclusive mode`,
      `select 'secret'`,
    );
    const { pid } = await holder.one<{ pid: number }>('select pg_backend_pid() as pid');
    const started = performance.now();

    const failure = await copyFailure(database);

    expect(performance.now() - started).toBeLessThan(3_000);
    expect(failure).toMatchObject({ code: 'COPY_FAILED', details: { condition: { sqlstate: '55P03' } } });
    expect(failure.message).toMatch(
      new RegExp(
        `lock timeout \\(55P03\\): public\\.Größe "x" is held by pid ${pid} \\(user postgres, application migration, idle in transaction for \\d+ s\\)$`,
      ),
    );
  },
);

test('who waits for the lock behind a reader is named, for everybody after it waits too', async () => {
  await using database = await createDatabase({ sql: ORDERS_SQL });
  await using _reader = await inTransaction(database, `select from ${quoteRelation(ORDERS)}`);
  await using waiting = await inTransaction(database);
  const altering = waiting.query(`alter table ${quoteRelation(ORDERS)} add b int`).catch(() => {});
  await expect.poll(() => database.column('select count(*)::int from pg_locks where not granted')).toEqual([1]);

  expect((await copyFailure(database)).message).toContain('is waited for by pid');

  await waiting.cancel();
  await altering;
});

test('a role that may not see what others do still names them, and the grant it lacks', async () => {
  await using role = await createRole();
  await using database = await createDatabase({
    sql: `${ORDERS_SQL}; grant select on all tables in schema public to ${role.name}`,
  });
  await using _holder = await inTransaction(database, `lock table ${quoteRelation(ORDERS)} in access exclusive mode`);
  expect((await copyFailure({ name: database.name, url: role.on(database) })).message).toMatch(
    /pid \d+ \(user postgres, application migration, what it does is hidden: grant pg_monitor\)$/,
  );
});

test('a reader is in the way of a lock that lets nobody in, and of no other', async () => {
  await using database = await createDatabase({ sql: ORDERS_SQL });
  await using _reader = await inTransaction(database, `select from ${quoteRelation(ORDERS)}`);
  const { connect } = sourceOf(database);
  expect(await describeLockHolders(connect, { relation: ORDERS })).toBe('whoever held it has let go');
  expect(await describeLockHolders(connect, { relation: ORDERS, mode: 'ACCESS EXCLUSIVE' })).toContain(
    'public.Größe "x" is held by pid',
  );
});

test('a lock on an index is told once, as a lock on its table, also when the table is not known', async () => {
  await using database = await createDatabase({
    sql: `${ORDERS_SQL}; create index i on ${quoteRelation(ORDERS)} (note)`,
  });
  await using _holder = await inTransaction(database, 'drop index public.i');
  const told = await describeLockHolders(sourceOf(database).connect);
  expect(told.match(/public\.Größe "x" is held by pid/g)).toHaveLength(1);
});

test('another failure is told as it is', async () => {
  await using database = await createDatabase();
  expect((await copyFailure(database, { schema: 'public', name: 'nowhere' })).message).toMatch(
    /does not exist \(42P01/,
  );
});
