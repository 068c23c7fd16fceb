import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { pino } from 'pino';
import { expect, inject, test } from 'vitest';
import { createEnvironmentCloner } from '../../client/environment-cloner.js';
import type { RestoreStrategy } from '../../contracts/environments.js';
import { startWorker } from '../../worker/start-worker.js';
import { checksum } from '../support/checksum.js';
import { databasesBeside } from '../support/databases.js';
import { envclone } from '../support/envclone.js';
import { createWorld, type World } from '../support/world.js';

const CLONE = { source: 'production', target: 'test', confirm: 'test' };
const RECOVERY = { environment: 'test', confirm: 'test' };

test('doctor --fix undoes what a terminated clone left, after it was told to, and says how far that came', async () => {
  await using world = await createSlowWorld('archive');
  const before = await checksum(world.target.url);
  const operation = await terminatedInCopy(world);

  expect(await envclone('-C', world.directory, 'doctor')).toMatchObject({
    stdout: expect.stringContaining(`target test: holds what ${operation} did not finish: it ended after migrate`),
  });
  expect(await envclone('-C', world.directory, 'doctor', '--fix')).toMatchObject({
    code: 3,
    stderr: expect.stringContaining('envclone doctor --fix --confirm test'),
  });
  const { code, stdout } = await envclone('-C', world.directory, '--json', 'doctor', '--fix', '--confirm', 'test');

  expect(JSON.parse(stdout)).toMatchObject({ fixed: [{ environment: 'test', undone: operation, dropped: [] }] });
  expect(code).toBe(0);
  expect(await checksum(world.target.url)).toEqual(before);
  expect(await envclone('-C', world.directory, '--json', 'doctor', '--fix')).toMatchObject({ code: 0 });
}, 240_000);

test('an environment whose operation still runs is left to it', async () => {
  await using world = await createSlowWorld('archive');
  const clone = await world.cloner.startClone(CLONE);
  for await (const { stage } of world.cloner.watch(clone.operationId)) if (stage === 'copy') break;
  const recovery = await world.cloner.startRecovery(RECOVERY);

  await expect(recovery.result()).rejects.toMatchObject({
    code: 'TARGET_BUSY',
    target: 'untouched',
    message: expect.stringContaining(clone.operationId),
  });
  await clone.result();
}, 240_000);

test.each(['archive', 'swap'] as const)(
  'what a clone by %s left is undone though its Temporal namespace is gone',
  async (restorePoint) => {
    await using world = await createSlowWorld(restorePoint);
    const before = await checksum(world.target.url);
    const operation = await terminatedInCopy(world);
    const beside = await databasesBeside(world.target.url, world.target.name);
    await using other = await otherNamespace(world);

    const { undone, dropped } = await (await other.cloner.startRecovery(RECOVERY)).result();

    expect({ undone, dropped }).toEqual({
      undone: restorePoint === 'archive' ? operation : undefined,
      dropped: beside,
    });
    expect(await checksum(world.target.url)).toEqual(before);
    expect(await databasesBeside(world.target.url, world.target.name)).toEqual([]);
  },
  240_000,
);

async function createSlowWorld(restorePoint: RestoreStrategy): Promise<World> {
  const world = await createWorld({
    major: 15,
    restorePoint,
    source: `
      create table readings (id int primary key, note text);
      insert into readings select n, repeat('x', 450) from generate_series(1, 8000) n`,
    target: 'create table mine (id int primary key); insert into mine select generate_series(1, 100)',
  });
  await world.configure(({ environments }) => {
    environments.production = { type: 'production', limits: { bytesPerSecond: 500_000 } };
  });
  return world;
}

/** Its activities learn of it with their next heartbeat. */
async function terminatedInCopy({ cloner }: World): Promise<string> {
  const clone = await cloner.startClone(CLONE);
  for await (const { stage } of cloner.watch(clone.operationId)) if (stage === 'copy') break;
  await sleep(1_000);
  const connection = await Connection.connect({ address: inject('temporalAddress') });
  await new Client({ connection }).workflow.getHandle(clone.operationId).terminate();
  await connection.close();
  await clone.result().catch(() => {});
  await sleep(6_000);
  return clone.operationId;
}

/** Nothing is known there of what ran elsewhere. */
async function otherNamespace({ directory, taskQueue }: World) {
  const address = inject('temporalAddress');
  const namespace = `other-${randomBytes(4).toString('hex')}`;
  const connection = await Connection.connect({ address });
  await connection.workflowService.registerNamespace({
    namespace,
    workflowExecutionRetentionPeriod: { seconds: 86_400 as never },
  });
  await connection.close();
  const cloner = await createEnvironmentCloner({ address, namespace, taskQueue });
  while ((await cloner.hasWorker().catch(() => undefined)) === undefined) await sleep(500); // until it is known
  const worker = await startWorker({
    directory,
    address,
    namespace,
    taskQueue,
    logger: pino({ level: 'silent' }),
    built: inject('built'),
  });
  return {
    cloner,
    async [Symbol.asyncDispose]() {
      await worker.shutdown();
      await cloner.close();
    },
  };
}
