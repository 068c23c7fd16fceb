import { expect, test } from 'vitest';
import { lockTarget } from '../../engine/safety/target-lock.js';
import { openDesk } from '../../worker/desk.js';
import { targetOf } from '../support/proofs.js';
import { createWorld } from '../support/world.js';

test('restore points are not pruned while an operation holds the environment', async () => {
  await using world = await createWorld({ source: 'create table t (id int)', hasWorker: false });
  const { restorePoints } = await openDesk(world.directory);
  const lock = await lockTarget(targetOf(world.target), { operation: 'clone-test-1' });
  await expect(restorePoints.prune('test', { dryRun: false })).rejects.toMatchObject({
    code: 'TARGET_BUSY',
    message: expect.stringContaining('clone-test-1'),
  });
  await lock[Symbol.asyncDispose]();
  expect(await restorePoints.prune('test', { dryRun: false })).toEqual([]);
});
