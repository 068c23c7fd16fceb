import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { readTargetCatalog } from '../../engine/plan/target-catalog.js';
import { proveTarget } from '../../engine/safety/proofs.js';
import { createDatabase, databaseUrl } from '../support/databases.js';
import { targetOf } from '../support/proofs.js';

test.each([13, 18] as const)('PostgreSQL %i: a superuser may do everything', async (major) => {
  await using database = await createDatabase({ major });
  const catalog = await readTargetCatalog(targetOf(database));
  expect(catalog).toMatchObject({
    ...{ environment: 'target', exists: true, encoding: 'UTF8' },
    ...{ isSuperuser: true, canCreateRoles: true, canCreateDatabase: true },
  });
  expect(Math.floor(catalog.serverVersion / 10_000)).toBe(major);
  expect(catalog.availableExtensions.find(({ name }) => name === 'citext')?.versions).toContain('1.6');
  expect(catalog.roles).toContain('postgres');
});

test.each([13, 18] as const)('PostgreSQL %i: objects can be given to roles that the role can become', async (major) => {
  await using database = await createDatabase({ major });
  const [login = '', parent = '', other = ''] = ['login', 'parent', 'other'].map(
    (name) => `${name}_${randomBytes(4).toString('hex')}`,
  );
  await database.run(`
    create role ${parent}; create role ${other};
    create role ${login} login password 'p' createrole;
    grant ${parent} to ${login};
    ${major >= 16 ? `grant ${other} to ${login} with set false` : ''}`);
  try {
    const url = databaseUrl(database.url, database.name, { user: login, password: 'p' });
    const catalog = await readTargetCatalog(targetOf({ name: database.name, url }));
    expect(catalog.assignableRoles).toEqual([login, parent].toSorted());
    expect(catalog).toMatchObject({ isSuperuser: false, canCreateRoles: true, canCreateDatabase: false });
  } finally {
    await database.run(`drop role ${login}; drop role ${parent}; drop role ${other}`);
  }
});

test('a database that is not there yet is judged by its server', async () => {
  await using neighbour = await createDatabase();
  const missing = { name: 'not_there', url: databaseUrl(neighbour.url, 'not_there') };
  const catalog = await readTargetCatalog(proveTarget({ ...targetOf(missing), exists: false }));
  expect(catalog).toMatchObject({ exists: false, canCreateDatabase: true });
  expect(catalog).not.toHaveProperty('encoding');
  expect(catalog.availableExtensions.length).toBeGreaterThan(10);
});
