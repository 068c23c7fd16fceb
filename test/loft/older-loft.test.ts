import { expect, inject, test } from 'vitest';
import { createOlderLoft, olderLoftSql } from '../../examples/loft/create.js';
import { createDatabase } from '../support/databases.js';

test.each([13, 15, 17, 18] as const)('the older sample loads on PostgreSQL %i with rows in it', async (major) => {
  await using database = await createDatabase({ major });
  await createOlderLoft({ serverUrl: inject('postgresUrls')[major], database: database.name });
  expect(await database.column('select count(*)::int from public.bookings')).toEqual([120]);
});

test('the older sample loads as SQL', async () => {
  await using database = await createDatabase({ sql: await olderLoftSql() });
  expect(await database.column('select last_value from legacy.counter')).toEqual(['999']);
});
