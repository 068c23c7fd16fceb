import { expect, test } from 'vitest';
import type { Session } from '../../engine/postgres/session.js';
import { createDatabase } from '../support/databases.js';
import { createGuard } from './world.js';

const nameOf = (session: Session) =>
  session.one<{ name: string }>(`select current_setting('application_name') as name`).then(({ name }) => name);

test('sessions on a source and on a target show the operation that they were admitted for', async () => {
  await using from = await createDatabase();
  await using into = await createDatabase();
  await using world = await createGuard({ urls: { staging: from.url, test: into.url } });
  const operation = 'clone-test';
  const source = await world.guard.admitReadable('staging', { operation });
  const target = await world.guard.admitTarget('test', { operation, confirm: 'test' });
  await using reading = await source.connect({ purpose: 'copy-read' });
  await using writing = await target.connect({ purpose: 'copy-write' });
  await using maintaining = await target.connectMaintenance({ purpose: 'create-database' });

  expect(await Promise.all([reading, writing, maintaining].map(nameOf))).toEqual([
    'envclone:clone-test:copy-read',
    'envclone:clone-test:copy-write',
    'envclone:clone-test:create-database',
  ]);
});

test('a look that belongs to no operation shows its purpose alone', async () => {
  await using database = await createDatabase();
  await using world = await createGuard({ urls: { staging: database.url } });
  const source = await world.guard.admitReadable('staging');
  await using session = await source.connect({ purpose: 'analyze' });
  expect(await nameOf(session)).toBe('envclone:analyze');
});
