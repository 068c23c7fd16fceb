import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { lanesWithin } from '../../engine/courtesy/lanes.js';
import { snapshotBudget } from '../../engine/courtesy/snapshot-budget.js';
import { unseenLoadWarnings } from '../../engine/courtesy/unseen-load.js';
import { createRole } from '../safety/world.js';
import { createDatabase, type PostgresMajor } from '../support/databases.js';
import { sourceOf } from '../support/proofs.js';

test.each([
  ['no limit', undefined, 8, 8],
  ['a limit above what is wanted', { connections: 20 }, 8, 8],
  ['the holder of the snapshot is counted', { connections: 5 }, 8, 4],
  ['so is the session that looks at the load, for each lane', { connections: 5, replicaLagSeconds: 10 }, 8, 2],
  ['one lane there is always', { connections: 2 }, 8, 1],
])('lanes within %s', (_, limits, wanted, lanes) => {
  expect(lanesWithin(limits, wanted)).toBe(lanes);
});

test('a snapshot is held for its minutes and no longer', async () => {
  const requireWithinBudget = snapshotBudget({ environment: 'production', limits: { snapshotMinutes: 0.3 / 60 } });
  expect(requireWithinBudget()).toBeUndefined();
  await sleep(300);
  expect(requireWithinBudget).toThrow(
    expect.objectContaining({ code: 'SNAPSHOT_BUDGET_SPENT', next: expect.stringContaining('snapshotMinutes') }),
  );
});

test('without a budget a snapshot is held as long as it takes', () => {
  expect(snapshotBudget({ environment: 'production', limits: {} })()).toBeUndefined();
});

test.each([13, 17] as const)(
  'on PostgreSQL %i a role that cannot see the load is told which grant it lacks',
  async (major) => {
    const limits = { activeConnections: 40, replicaLagSeconds: 10 };
    await using world = await sourceOfRole(major);
    expect(await unseenLoadWarnings(world.source, limits)).toEqual([
      expect.stringMatching(
        /limits\.replicaLagSeconds, limits\.activeConnections cannot hold.* grant pg_monitor to "r_/,
      ),
    ]);
    await world.grant('pg_monitor');
    expect(await unseenLoadWarnings(world.source, limits)).toEqual([]);
  },
);

test('limits that need no look at the load need no grant', async () => {
  await using world = await sourceOfRole(17);
  expect(await unseenLoadWarnings(world.source, { connections: 4, bytesPerSecond: 1000, snapshotMinutes: 5 })).toEqual(
    [],
  );
});

async function sourceOfRole(major: PostgresMajor) {
  const role = await createRole({ major });
  const database = await createDatabase({ major });
  return {
    source: sourceOf({ name: database.name, url: role.on(database) }),
    grant: (granted: string) => database.run(`grant ${granted} to ${role.name}`),
    async [Symbol.asyncDispose]() {
      await database[Symbol.asyncDispose]();
      await role[Symbol.asyncDispose]();
    },
  };
}
