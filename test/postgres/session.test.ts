import { expect, test } from 'vitest';
import { Session } from '../../engine/postgres/session.js';
import { createDatabase, POSTGRES_MAJORS } from '../support/databases.js';

test.each(POSTGRES_MAJORS)('a session on PostgreSQL %i reads its own version', async (major) => {
  await using database = await createDatabase({ major });
  await using session = await database.session();
  expect(session.serverMajor).toBe(major);
});

test('a read-only session refuses to write', async () => {
  await using database = await createDatabase({ sql: 'create table t (a int)' });
  await using session = await database.session({ readOnly: true });
  await expect(session.query('insert into public.t values (1)')).rejects.toThrow('read-only');
});

test('aborting the signal stops what the server is doing', async () => {
  await using database = await createDatabase();
  const abort = new AbortController();
  await using session = await Session.open({
    url: database.url,
    environment: 'test',
    purpose: 'test',
    signal: abort.signal,
  });
  const sleeping = session.query('select pg_sleep(60)');
  setTimeout(() => abort.abort(), 100);
  await expect(sleeping).rejects.toThrow();
  expect(
    await database.column(
      "select count(*)::int from pg_stat_activity where query like '%pg_sleep(60)%' and pid <> pg_backend_pid() and state = 'active'",
    ),
  ).toEqual([0]);
});

test('a failed connection names the host and hides the password', async () => {
  const opening = Session.open({ url: 'postgres://u:sesame@127.0.0.1:1/db', environment: 'test', purpose: 'test' });
  await expect(opening).rejects.toMatchObject({
    code: 'CONNECTION_FAILED',
    message: expect.stringContaining('127.0.0.1:1/db'),
  });
  await expect(opening).rejects.not.toMatchObject({ message: expect.stringContaining('sesame') });
});
