import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { expect, inject, test } from 'vitest';
import { buildingName, keptName } from '../../engine/postgres/database-names.js';
import { proveTarget } from '../../engine/safety/proofs.js';
import { createBuildingDatabase } from '../../engine/swap/create-building.js';
import { openDesk } from '../../worker/desk.js';
import { rowHashes } from '../support/checksum.js';
import { databasesBeside } from '../support/databases.js';
import { createWorld } from '../support/world.js';
import { buildingOf } from '../swap/world.js';

const BEFORE = 'create table public.mine (id int); insert into public.mine values (1)';
const CLONE = { source: 'production', target: 'test', confirm: 'test' };
const SOURCE =
  'create table public.lofts (id int primary key); insert into public.lofts select generate_series(1, 500)';

test('what a terminated clone built is dropped by the next one', async () => {
  await using world = await createWorld({ source: SOURCE, target: BEFORE, restorePoint: 'swap' });
  const first = await world.cloner.startClone(CLONE);
  while ((await databasesBeside(world.target.url, world.target.name)).length === 0) await sleep(20);
  const connection = await Connection.connect({ address: inject('temporalAddress') });
  await new Client({ connection }).workflow.getHandle(first.operationId).terminate();
  await connection.close();
  await first.result().catch(() => {});
  await sleep(4_000); // its activities learn of it with their next heartbeat
  expect(Object.keys(await rowHashes(world.target.url))).toEqual(['mine']);
  const checks = await (await openDesk(world.directory)).doctor();
  expect(checks.find(({ name }) => name === 'target test')).toMatchObject({
    state: 'warning',
    message: expect.stringContaining(first.operationId),
  });

  const { operationId } = await world.cloner.cloneEnvironment(CLONE);
  expect(await databasesBeside(world.target.url, world.target.name)).toEqual([
    keptName({ database: world.target.name, operation: operationId }),
  ]);
}, 180_000);

test('what an operation builds that still runs is not dropped, whether it has the lock or not; once it has ended it is', async () => {
  await using world = await createWorld({ source: SOURCE, target: BEFORE, restorePoint: 'swap' });
  const connection = await Connection.connect({ address: inject('temporalAddress') });
  const running = await new Client({ connection }).workflow.start('cloneEnvironment', {
    workflowId: `nightly-${world.taskQueue}`,
    taskQueue: `nobody-${world.taskQueue}`,
    args: [CLONE],
  });
  const operation = `${running.workflowId}-${running.firstExecutionRunId.slice(0, 8)}`;
  await createBuildingDatabase(proveTarget({ ...buildingOf(world.target, operation), environment: 'test' }));

  const refused = await world.cloner.cloneEnvironment(CLONE).catch((error: unknown) => error);
  expect(refused).toMatchObject({
    code: 'TARGET_BUSY',
    target: 'untouched',
    message: expect.stringContaining(operation),
  });
  const building = buildingName({ database: world.target.name, operation });
  expect(await databasesBeside(world.target.url, world.target.name)).toEqual([building]);

  await running.terminate();
  await connection.close();
  await world.cloner.cloneEnvironment(CLONE);
  expect(await databasesBeside(world.target.url, world.target.name)).not.toContain(building);
}, 180_000);
