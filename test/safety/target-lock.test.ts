import { expect, test } from 'vitest';
import { Session } from '../../engine/postgres/session.js';
import { type ConfirmedTarget, proveTarget } from '../../engine/safety/proofs.js';
import { lockTarget } from '../../engine/safety/target-lock.js';
import { createDatabase, databaseUrl, type TestDatabase } from '../support/databases.js';
import { targetOf } from '../support/proofs.js';
import { createRole } from './world.js';

const holder = (operation: string) =>
  `select pid from pg_stat_activity where application_name = 'envclone:${operation}:lock'`;

function notYetThere(database: TestDatabase): ConfirmedTarget {
  return proveTarget({ ...targetOf(database), database: `${database.name}_later`, exists: false });
}

test('a second operation is refused with the id of the first', async () => {
  await using database = await createDatabase();
  await using _first = await lockTarget(targetOf(database), { operation: 'clone-1' });
  await expect(lockTarget(targetOf(database), { operation: 'clone-2' })).rejects.toMatchObject({
    code: 'TARGET_BUSY',
    message: expect.stringContaining('clone-1'),
  });
});

test('a role that sees no other sessions is told the holder as well', async () => {
  await using role = await createRole();
  await using database = await createDatabase();
  await using _first = await lockTarget(targetOf(database), { operation: 'clone-1' });
  const asRole = targetOf({ name: database.name, url: role.on(database) });
  await expect(lockTarget(asRole, { operation: 'clone-2' })).rejects.toMatchObject({
    message: expect.stringContaining('clone-1'),
  });
});

test('a released target can be taken', async () => {
  await using database = await createDatabase();
  await (await lockTarget(targetOf(database), { operation: 'clone-1' }))[Symbol.asyncDispose]();
  await using _second = await lockTarget(targetOf(database), { operation: 'clone-2' });
});

test('two targets of one server do not disturb each other', async () => {
  await using one = await createDatabase();
  await using other = await createDatabase();
  await using _first = await lockTarget(targetOf(one), { operation: 'clone-1' });
  await using _second = await lockTarget(targetOf(other), { operation: 'clone-2' });
});

test('the lock of a database that is not there yet holds once it is', async () => {
  await using database = await createDatabase();
  const target = notYetThere(database);
  await using _first = await lockTarget(target, { operation: 'clone-1' });
  await expect(lockTarget(proveTarget({ ...target, exists: true }), { operation: 'clone-2' })).rejects.toMatchObject({
    code: 'TARGET_BUSY',
  });
});

test('a role that may connect to nothing else locks the target itself', async () => {
  await using database = await createDatabase();
  const alone = proveTarget({
    ...targetOf(database),
    connectMaintenance: (input) =>
      Session.open({ url: databaseUrl(database.url, 'no such database'), environment: 'target', ...input }),
  });
  await using _first = await lockTarget(alone, { operation: 'clone-1' });
  await expect(lockTarget(targetOf(database), { operation: 'clone-2' })).rejects.toMatchObject({ code: 'TARGET_BUSY' });
});

test('the same operation takes the lock over from a worker that died', async () => {
  await using database = await createDatabase();
  const lost = await lockTarget(targetOf(database), { operation: `clone-${database.name}` });
  const before = await database.column(holder(`clone-${database.name}`));
  await using _again = await lockTarget(targetOf(database), { operation: `clone-${database.name}` });
  const after = await database.column(holder(`clone-${database.name}`));
  expect(after).not.toEqual(expect.arrayContaining(before));
  await expect(lost.lost).rejects.toThrow();
  await lost[Symbol.asyncDispose]();
}, 30_000);

test('the lock of an operation that was terminated is waited for, and taken over from a worker that is gone', async () => {
  await using database = await createDatabase();
  const asked: string[] = [];
  const terminated = await lockTarget(targetOf(database), { operation: 'clone-1' });
  const hasEnded = async (operation: string) => asked.push(operation) > 0;
  await using _next = await lockTarget(targetOf(database), { operation: 'clone-2', hasEnded });
  expect(new Set(asked)).toEqual(new Set(['clone-1']));
  await expect(terminated.lost).rejects.toThrow();
  await expect(
    lockTarget(targetOf(database), { operation: 'clone-3', hasEnded: async () => false }),
  ).rejects.toMatchObject({ code: 'TARGET_BUSY' });
}, 60_000);

test('an aborted wait ends at once', async () => {
  await using database = await createDatabase();
  await using _first = await lockTarget(targetOf(database), { operation: 'clone-1' });
  const signal = AbortSignal.timeout(600);
  await expect(lockTarget(targetOf(database), { operation: 'clone-1', signal })).rejects.toThrow();
});
