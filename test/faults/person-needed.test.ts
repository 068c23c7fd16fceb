import { readdir, rename } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { CloneOperation } from '../../contracts/clone.js';
import { readAuditTrail } from '../../engine/monitoring/audit-trail.js';
import { checksum, rowHashes } from '../support/checksum.js';
import { onServer } from '../support/databases.js';
import { createWorld, type World } from '../support/world.js';

const CLONE = { source: 'production', target: 'test', confirm: 'test' };

/** Long enough a copy for something to happen in its middle. */
const SOURCE = `
  create table first (id int primary key, note text);
  insert into first select n, repeat('x', 450) from generate_series(1, 4000) n;
  create table second (id int primary key, note text);
  insert into second select n, repeat('y', 450) from generate_series(1, 4000) n;`;
const TARGET = 'create table mine (id int primary key); insert into mine select generate_series(1, 100)';

async function createSlowWorld(): Promise<World> {
  const world = await createWorld({ major: 15, source: SOURCE, target: TARGET });
  await world.configure(({ environments }) => {
    environments.production = { type: 'production', limits: { bytesPerSecond: 500_000 } };
  });
  return world;
}

test('an undo whose restore point cannot be read waits, alerts, and restores the target once it can', async () => {
  await using world = await createSlowWorld();
  await using webhook = await startWebhook();
  await world.configure((config) => {
    config.alerts = { webhook: webhook.url };
  });
  const before = await checksum(world.target.url);
  const clone = await world.cloner.startClone({ ...CLONE, requestedBy: 'ada' });
  await untilStage(world, clone.operationId, 'copy');
  const moved = await moveRestorePoint(world);
  await clone.cancel();
  const { intervention } = await untilWaiting(world, clone.operationId);

  expect(intervention).toMatchObject({
    step: 'restore test',
    code: 'RESTORE_POINT_MISSING',
    choices: ['retry', 'skip'],
  });
  const other = await world.cloner.cloneEnvironment(CLONE).catch((error: unknown) => error);
  expect(other).toMatchObject({ code: 'TARGET_BUSY', target: 'untouched' });
  await moved.back();
  await world.cloner.resolve(clone.operationId, { choice: 'retry', requestedBy: 'grace' });

  await expect(clone.result()).rejects.toMatchObject({ code: 'CANCELLED', target: 'restored' });
  expect(await checksum(world.target.url)).toEqual(before);
  expect(webhook.bodies).toContainEqual(
    expect.objectContaining({
      event: 'waiting',
      environment: 'test',
      code: 'RESTORE_POINT_MISSING',
      message: expect.stringContaining(`envclone resolve ${clone.operationId} retry|skip`),
    }),
  );
  const trail = await readAuditTrail(join(world.directory, '.envclone', 'audit'));
  expect(trail.filter(({ action }) => action === 'resolve')).toMatchObject([
    { outcome: 'waits: restore test: RESTORE_POINT_MISSING', requestedBy: 'ada' },
    { outcome: 'retry: restore test: RESTORE_POINT_MISSING', requestedBy: 'grace' },
  ]);
}, 120_000);

test('a privilege revoked during the copy is waited for, and the clone is completed once it is granted again', async () => {
  await using world = await createSlowWorld();
  const clone = await world.cloner.startClone(CLONE);
  await untilStage(world, clone.operationId, 'copy');
  const reader = `reader_${world.source.name}`;
  await onServer(world.source.url, `revoke pg_read_all_data from ${reader}`);
  const { intervention } = await untilWaiting(world, clone.operationId);
  expect(intervention).toMatchObject({ step: 'copy', code: 'PRIVILEGE_MISSING' });
  expect(
    await world.target.column(`select 1 from pg_stat_activity where usename = '${reader}' and xact_start is not null`),
  ).toEqual([]);

  await onServer(world.source.url, `grant pg_read_all_data to ${reader}`);
  await world.cloner.resolve(clone.operationId, { choice: 'retry' });
  await clone.result();
  expect(Object.keys(await rowHashes(world.target.url))).toEqual(['first', 'second']);
}, 120_000);

async function untilStage({ cloner }: World, operationId: string, stage: string): Promise<void> {
  for await (const operation of cloner.watch(operationId)) if (operation.stage === stage) break;
  await sleep(1_000);
}

async function untilWaiting({ cloner }: World, operationId: string): Promise<CloneOperation> {
  let last: CloneOperation | undefined;
  for await (const operation of cloner.watch(operationId)) {
    if (operation.status === 'waiting') return operation;
    last = operation;
  }
  throw new Error(`${operationId} did not wait: ${JSON.stringify(last?.failure)}`);
}

/** As if the disk that holds it were not mounted. */
async function moveRestorePoint({ directory }: World) {
  const artifacts = join(directory, '.envclone', 'artifacts');
  const name = (await readdir(artifacts)).find((folder) => folder.startsWith('restore-point')) ?? '';
  const [from, to] = [join(artifacts, name), join(directory, 'unmounted')];
  await rename(from, to);
  return { back: () => rename(to, from) };
}

async function startWebhook() {
  const bodies: unknown[] = [];
  const server = createServer(async (request, response) => {
    let text = '';
    for await (const part of request) text += part;
    bodies.push(JSON.parse(text));
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    bodies,
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
    },
  };
}
