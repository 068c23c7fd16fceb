import { strict as assert } from 'node:assert';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { Test, TestSuite } from '../../contracts/test-suites.js';
import { runSuites } from '../../engine/validation/run-suites.js';
import { createDatabase, type TestDatabase } from '../support/databases.js';
import { targetOf } from '../support/proofs.js';

test('a test that returns passes, and one that asserts fails in its own words', async () => {
  await using database = await createDatabase({ sql: 'create table t (a int)' });
  const results = await runSuites(targetOf(database), [
    suiteOf([
      testOf('writes', async ({ session }) => {
        await session.query('begin');
        await session.query('insert into public.t values (1)');
        await session.query('rollback');
      }),
      testOf('asserts', async ({ session }) => {
        const { rows } = await session.one<{ rows: number }>('select count(*)::int as rows from public.t');
        assert.equal(rows, 1, 'the row stayed');
      }),
    ]),
  ]);
  expect(results).toMatchObject([
    { suite: 'suite', name: 'writes', type: 'functionality', status: 'passed', attempts: 1 },
    { name: 'asserts', status: 'failed', message: 'the row stayed' },
  ]);
  expect(results[0]).not.toHaveProperty('message');
});

test('a failure that PostgreSQL reports is told without what its rows hold', async () => {
  await using database = await createDatabase({ sql: 'create table t (a text unique)' });
  const [result] = await runSuites(targetOf(database), [
    suiteOf([
      testOf(
        'twice',
        async ({ session }) => void (await session.query(`insert into public.t values ('secret'), ('secret')`)),
      ),
    ]),
  ]);
  expect(result).toMatchObject({ status: 'failed', message: expect.stringContaining('23505') });
  expect(JSON.stringify(result)).not.toContain('secret');
});

test.each([
  ['a statement', async ({ session }) => void (await session.query('select pg_sleep(60)'))],
  ['a promise that nobody keeps', () => new Promise<void>(() => {})],
  [
    'two sessions that wait for each other',
    async ({ session, connect }) => {
      const other = await connect();
      await session.query('begin; lock table public.t');
      await other.query('select * from public.t');
    },
  ],
] as [string, Test['execute']][])(
  'a test that hangs in %s times out, and its sessions are gone',
  async (_, execute) => {
    await using database = await createDatabase({ sql: 'create table t (a int)' });
    const [result] = await runSuites(targetOf(database), [suiteOf([{ ...testOf('hangs', execute), timeout: 500 }])]);
    expect(result).toMatchObject({ status: 'timed_out', attempts: 1, message: 'no answer within 500 ms' });
    await expect.poll(() => openSessions(database)).toBe(0);
  },
);

test('a test is tried again as often as it says, and passes when one attempt does', async () => {
  await using database = await createDatabase();
  let calls = 0;
  const flaky = testOf('flaky', async () => {
    calls++;
    if (calls < 3) throw new Error(`attempt ${calls}`);
  });
  const results = await runSuites(targetOf(database), [
    suiteOf([
      { ...flaky, retries: 5 },
      {
        ...testOf('hopeless', async () => {
          throw new Error('never');
        }),
        retries: 1,
      },
    ]),
  ]);
  expect(results).toMatchObject([
    { status: 'passed', attempts: 3 },
    { status: 'failed', attempts: 2, message: 'never' },
  ]);
});

test('parallel tests run at the same time, and their results keep the order', async () => {
  await using database = await createDatabase();
  let running = 0;
  let most = 0;
  const waiting = (name: string, ms: number) =>
    testOf(name, async () => {
      most = Math.max(most, ++running);
      await sleep(ms);
      running--;
    });
  const tests = [waiting('a', 300), waiting('b', 50), waiting('c', 150)];
  const parallel = await runSuites(targetOf(database), [{ ...suiteOf(tests), runInParallel: true }]);
  expect(most).toBe(3);
  expect(parallel.map(({ name }) => name)).toEqual(['a', 'b', 'c']);
  most = 0;
  await runSuites(targetOf(database), [suiteOf(tests)]);
  expect(most).toBe(1);
});

test('aborting ends the run, its test and its session', async () => {
  await using database = await createDatabase();
  const abort = new AbortController();
  const running = runSuites(
    targetOf(database),
    [suiteOf([testOf('long', async ({ session }) => void (await session.query('select pg_sleep(60)')))])],
    { signal: abort.signal },
  );
  setTimeout(() => abort.abort(new Error('stop')), 200);
  await expect(running).rejects.toThrow('stop');
  await expect.poll(() => openSessions(database)).toBe(0);
});

test('a database that does not answer fails its tests', async () => {
  const nowhere = targetOf({ name: 'gone', url: 'postgres://u@127.0.0.1:1/gone' });
  const [result] = await runSuites(nowhere, [suiteOf([testOf('any', async () => {})])]);
  expect(result).toMatchObject({ status: 'failed', message: expect.stringContaining('CONNECTION_FAILED') });
});

function suiteOf(tests: Test[]): TestSuite {
  return { name: 'suite', tests, runInParallel: false };
}

function testOf(name: string, execute: Test['execute']): Test {
  return { name, type: 'functionality', execute, timeout: 10_000, retries: 0 };
}

async function openSessions(database: TestDatabase): Promise<number | undefined> {
  const [count] = await database.column<number>(
    `select count(*)::int from pg_stat_activity where datname = current_database() and application_name = 'envclone:test'`,
  );
  return count;
}
