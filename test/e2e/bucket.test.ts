import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeIdentity } from '../../engine/environments/seal-keys.js';
import { openDesk } from '../../worker/desk.js';
import { type S3Server, s3Program, startS3Server } from '../support/s3-server.js';
import { createWorld, type World } from '../support/world.js';

const SOURCE = `create table public.lofts (id int primary key, name text);
  insert into public.lofts select g, 'Loft ' || g from generate_series(1, 500) g;`;
const TARGET = `create table public.old (id int primary key, note text);
  insert into public.old select g, 'note ' || g from generate_series(1, 300) g;`;

describe.runIf(s3Program)('artifacts in a bucket', () => {
  let server: S3Server;

  beforeAll(async () => {
    server = await startS3Server();
  });
  afterAll(() => server[Symbol.asyncDispose]());

  async function useBucket(world: World, secretAccessKey?: string): Promise<void> {
    const { bucket, endpoint, credentials } = server.settings;
    await world.environment('local', {
      ENVCLONE_S3_ACCESS_KEY_ID: credentials?.accessKeyId ?? '',
      ENVCLONE_S3_SECRET_ACCESS_KEY: secretAccessKey ?? credentials?.secretAccessKey ?? '',
    });
    await makeIdentity(join(world.directory, '.envclone', 'restore-points.key'));
    await world.configure((config) => {
      config.artifacts = { store: 's3', bucket, endpoint, prefix: 'lofts' };
      config.restorePoints = { keep: 2 };
    });
  }

  test('clones and rolls back, keeps as many restore points as it may, and leaves nothing on the worker', async () => {
    await using world = await createWorld({ source: SOURCE, target: TARGET });
    await useBucket(world);
    const before = await world.target.column('select id || note from old order by id');
    const clone = { source: 'production', target: 'test', confirm: 'test' };

    const first = await world.cloner.cloneEnvironment(clone);
    expect(await world.target.column('select count(*)::int from lofts')).toEqual([500]);
    await world.cloner.rollbackClone({ environment: 'test', confirm: 'test' });
    expect(await world.target.column('select id || note from old order by id')).toEqual(before);
    await world.cloner.cloneEnvironment(clone);

    const { restorePoints } = await openDesk(world.directory);
    const points = await restorePoints.list('test');
    expect(points).toHaveLength(2);
    expect(points.map(({ id }) => id)).not.toContain(first.restorePoint?.id);
    for (const { id } of points) {
      expect(await restorePoints.verify({ environment: 'test', id })).toMatchObject({ result: 'sound' });
    }
    expect(existsSync(join(world.directory, '.envclone', 'artifacts'))).toBe(false);
  });

  test('a key that is refused stops a clone before anything is touched', async () => {
    await using world = await createWorld({ source: SOURCE, target: TARGET });
    await useBucket(world, 'another-secret');
    await expect(
      world.cloner.cloneEnvironment({ source: 'production', target: 'test', confirm: 'test' }),
    ).rejects.toMatchObject({ code: 'ARTIFACT_STORE_REFUSED' });
    expect(await world.target.column('select count(*)::int from old')).toEqual([300]);
    const checks = await (await openDesk(world.directory)).doctor();
    expect(checks.find(({ name }) => name === 'artifact store')).toMatchObject({
      state: 'problem',
      message: expect.stringContaining('ARTIFACT_STORE_REFUSED'),
    });
  });
});
