import { expect, test } from 'vitest';
import { besideGrant, type TargetGrant } from '../../contracts/stages.js';
import { buildingName } from '../../engine/postgres/database-names.js';
import { createBuildingDatabase } from '../../engine/swap/create-building.js';
import { createDatabase, databaseUrl, onServer, type TestDatabase } from '../support/databases.js';
import { newOperation } from '../swap/world.js';
import { createGuard } from './world.js';

const CONFIRM = { confirm: 'beside test', built: 'beside' as const };

test('the database that an operation builds is proven by its stamp; its sessions are in it, not in the target', async () => {
  await using database = await createDatabase();
  await using world = await createGuard({ urls: { test: database.url } });
  const operation = newOperation();
  const admit = () => world.guard.admitTarget('test', { ...CONFIRM, operation });
  const absent = await admit();
  expect(absent).toMatchObject({ exists: false, database: nameOf(database, operation) });
  await createBuildingDatabase(absent);

  const building = await admit();
  expect(building).toMatchObject({ exists: true, beside: { database: database.name, operation } });
  expect(new URL(building.url).pathname).toBe(`/${nameOf(database, operation)}`);
  await using session = await building.connect({ purpose: 'test' });
  expect(await session.one('select current_database()::text as name')).toEqual({ name: nameOf(database, operation) });
  const readable = await world.guard.admitReadable('test', { built: 'beside', operation });
  await using reading = await readable.connect({ purpose: 'test' });
  expect(await reading.one('select current_database()::text as name')).toEqual({ name: nameOf(database, operation) });
});

test('an operation that a schedule started reaches the database that it builds', async () => {
  await using database = await createDatabase();
  await using world = await createGuard({ urls: { test: database.url } });
  const admit = () =>
    world.guard.admitTarget('test', { ...CONFIRM, operation: 'clone-test-2026-01-02T03:04:05Z-1a2b3c4d' });
  await createBuildingDatabase(await admit());

  const building = await admit();
  expect(building.exists).toBe(true);
  await using session = await building.connect({ purpose: 'test' });
  expect(await session.one('select current_database()::text as name')).toEqual({ name: building.database });
});

test('a database of that name without the stamp is refused once something is in it', async () => {
  await using database = await createDatabase();
  await using world = await createGuard({ urls: { test: database.url } });
  const operation = newOperation();
  const name = nameOf(database, operation);
  await onServer(database.url, `create database "${name}"`);
  const admit = () => world.guard.admitTarget('test', { ...CONFIRM, operation });
  expect(await admit()).toMatchObject({ exists: false }); // created, and never stamped
  await onServer(databaseUrl(database.url, name), 'create table theirs (id int)');

  await expect(admit()).rejects.toMatchObject({ code: 'TARGET_STAMP_MISMATCH' });
});

test('the building database of another environment or operation is refused, and so is one that says that it is production', async () => {
  await using database = await createDatabase();
  await using world = await createGuard({ urls: { test: database.url } });
  const operation = newOperation();
  const admit = () => world.guard.admitTarget('test', { ...CONFIRM, operation });
  await createBuildingDatabase(await admit());
  const name = nameOf(database, operation);
  const comment = (text: string) => onServer(database.url, `comment on database "${name}" is '${text}'`);

  await comment(`envclone.building=training ${operation}`);
  await expect(admit()).rejects.toMatchObject({ code: 'TARGET_STAMP_MISMATCH' });
  await comment('envclone.building=test clone-other');
  await expect(admit()).rejects.toMatchObject({ code: 'TARGET_STAMP_MISMATCH' });
  await comment(`envclone.building=test ${operation}\nenvclone.environment=production`);
  await expect(admit()).rejects.toMatchObject({ code: 'TARGET_IS_PRODUCTION' });
});

test.each([undefined, 'test', 'beside training'])('a building database is not confirmed by %s', async (confirm) => {
  await using database = await createDatabase();
  await using world = await createGuard({ urls: { test: database.url } });
  await expect(
    world.guard.admitTarget('test', { confirm, built: 'beside', operation: 'clone-1' }),
  ).rejects.toMatchObject({ code: 'TARGET_NOT_CONFIRMED' });
});

test('a worker that knows of no building databases refuses the target to whoever would build beside it', async () => {
  await using database = await createDatabase();
  await using world = await createGuard({ urls: { test: database.url } });
  const grant = besideGrant<TargetGrant>({ operation: newOperation(), target: 'test', confirm: 'test' });
  const { built: _unknown, ...known } = grant;
  await expect(world.guard.admitTarget('test', known)).rejects.toMatchObject({ code: 'TARGET_NOT_CONFIRMED' });
});

function nameOf(database: TestDatabase, operation: string): string {
  return buildingName({ database: database.name, operation });
}
