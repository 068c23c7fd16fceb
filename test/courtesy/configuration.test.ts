import { expect, test } from 'vitest';
import { loadConfiguration } from '../../engine/environments/load-configuration.js';
import { createDirectory } from '../environments/directory.js';

async function configured(limits: unknown) {
  await using directory = await createDirectory({
    'envclone.config.json': { environments: { production: { type: 'production', limits } } },
    '.env.production': 'DATABASE_URL=postgres://reader:sesame@prod.example.com:5432/app\n',
  });
  return await loadConfiguration({ directory: directory.path, variables: {} });
}

test('limits of an environment are read as they stand, and are no limits when they are absent', async () => {
  const limits = { connections: 4, bytesPerSecond: 2e7, replicaLagSeconds: 0.5, snapshotMinutes: 90 };
  expect((await configured(limits)).environment('production').limits).toEqual(limits);
  expect((await configured(undefined)).environment('production').limits).toBeUndefined();
});

test('every mistake in the limits is told with its key', async () => {
  const { mistakes } = await configured({
    connections: 1,
    bytesPerSecond: '20 MB',
    replicaLagSeconds: 0,
    activeConnections: 2.5,
    snapshotMinutes: -1,
    speed: 3,
  });
  expect(mistakes.map(({ key, what }) => `${key} ${what}`)).toEqual([
    'environments.production.limits.connections must be at least 2: one session holds the snapshot, another reads',
    'environments.production.limits.bytesPerSecond must be a number',
    'environments.production.limits.replicaLagSeconds must be above 0',
    'environments.production.limits.activeConnections must be a whole number',
    'environments.production.limits.snapshotMinutes must be above 0',
    'environments.production.limits.speed is not a known key',
  ]);
});

test('a load limit needs a connection to look with', async () => {
  const { mistakes } = await configured({ connections: 2, activeConnections: 40 });
  expect(mistakes).toMatchObject([
    { key: 'environments.production.limits.connections', what: expect.stringContaining('at least 3') },
  ]);
});
