import { expect, test } from 'vitest';
import { operationOf, sessionName } from '../../engine/postgres/session-name.js';
import { createDatabase } from '../support/databases.js';
import { sourceOf } from '../support/proofs.js';

test.each([
  ['an operation', 'clone-test', 'envclone:clone-test:copy-write'],
  ['none', undefined, 'envclone:copy-write'],
  ['one too long for the server', 'o'.repeat(80), `envclone:${'o'.repeat(43)}:copy-write`],
  ['one outside of ASCII', 'clone-é', 'envclone:clone-?:copy-write'],
])('the server keeps the whole name of a session with %s', async (_, operation, name) => {
  await using database = await createDatabase({ major: 13 });
  await using session = await sourceOf(database).connect({ purpose: 'copy-write', ...(operation && { operation }) });
  expect(
    await session.one('select application_name as name from pg_stat_activity where pid = pg_backend_pid()'),
  ).toEqual({ name });
});

test('a name tells its operation', () => {
  expect(operationOf(sessionName({ operation: 'clone:a', purpose: 'lock' }), 'lock')).toBe('clone:a');
  expect(operationOf('envclone:lock', 'lock')).toBeUndefined();
  expect(operationOf('psql:lock', 'lock')).toBeUndefined();
});
