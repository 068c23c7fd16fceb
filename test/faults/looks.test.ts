import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Session } from '../../engine/postgres/session.js';
import { CANARIES, findCanaries } from './world/canaries.js';
import { startTarget } from './world/databases.js';
import { findLeftovers } from './world/leftovers.js';

test('a planted value is found in any file, as it is and in base64 at any offset', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'envclone-canaries-'));
  await writeFile(join(directory, 'clean'), 'nothing of anybody');
  expect(await findCanaries([directory])).toEqual([]);
  for (const canary of CANARIES) {
    for (const before of ['', '{', '{"', '{"a']) {
      for (const encoding of ['utf8', 'base64'] as const) {
        await writeFile(join(directory, 'file'), `\0${Buffer.from(`${before}${canary}"}`).toString(encoding)}\0`);
        expect(await findCanaries([directory])).toEqual([`${join(directory, 'file')}: ${canary}`]);
      }
    }
  }
  await rm(directory, { recursive: true });
});

test('what an operation could leave on a server is found', async () => {
  const target = await startTarget({ disk: undefined });
  const temporary = await mkdtemp(join(tmpdir(), 'envclone-temporary-'));
  const store = await mkdtemp(join(tmpdir(), 'envclone-store-'));
  const world = { source: target, target, temporary, store };
  const look = () => findLeftovers(world, { mayKeep: false, patienceMs: 0 });
  const session = await Session.open({ url: target.login.url, environment: 'test', purpose: 'test' });
  await session.query('select pg_advisory_lock(1)');
  await target.onServer('create database "envclone-building-x"');
  await target.onServer(`select pg_create_physical_replication_slot('left')`);
  await writeFile(join(temporary, 'left'), '');
  await mkdir(join(store, 'restore-point-test-x'));

  expect(new Set((await look()).filter((left) => !left.startsWith('source')))).toEqual(
    new Set([
      expect.stringMatching(/^target: advisory lock of \d+$/),
      'target: database envclone-building-x',
      'target: session envclone:test idle',
      'target: slot left',
      'temporary file left',
      'restore-point-test-x',
    ]),
  );

  await session.close();
  await target.onServer(`select pg_drop_replication_slot('left')`);
  await target.onServer('drop database "envclone-building-x"');
  for (const directory of [temporary, store]) await rm(directory, { recursive: true });
  await target.network[Symbol.asyncDispose]();
  await target.server.stop();
});
