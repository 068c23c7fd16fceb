import { expect, test } from 'vitest';
import { createDatabase } from '../support/databases.js';
import { startTransactionPooler } from './transaction-pooler.js';
import { createGuard } from './world.js';

test.each([
  ['postgres://u:sesame@127.0.0.1:6543/postgres', 'direct connection'],
  ['postgres://u:sesame@127.0.0.1:1/postgres?pgbouncer=true', 'direct connection'],
  [
    'postgres://postgres.abc:sesame@aws-0-eu-west-1.pooler.supabase.com:6543/postgres',
    'port 5432 of aws-0-eu-west-1.pooler.supabase.com',
  ],
])('%s is refused without a connection, saying what to use', async (url, next) => {
  await using world = await createGuard({ urls: { production: url } });
  const failure = await world.guard.admitSource('production').catch((error) => error);
  expect(failure).toMatchObject({ code: 'POOLER_NOT_SUPPORTED', next: expect.stringContaining(next) });
  expect(failure.message).not.toContain('sesame');
});

test('a transaction pooler on any port is found by how it behaves', async () => {
  await using production = await createDatabase();
  await using database = await createDatabase();
  await using pooler = await startTransactionPooler(database.url);
  await using world = await createGuard({ urls: { production: production.url, test: pooler.url } });
  await expect(world.guard.admitTarget('test', { confirm: 'test' })).rejects.toMatchObject({
    code: 'POOLER_NOT_SUPPORTED',
  });
});
