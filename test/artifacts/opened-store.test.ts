import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadConfiguration } from '../../engine/environments/load-configuration.js';
import { createArtifactsOpener } from '../../worker/artifacts.js';
import { createDirectory, type TestDirectory } from '../environments/directory.js';

async function open({ path }: TestDirectory) {
  return createArtifactsOpener()(await loadConfiguration({ directory: path, variables: {} }));
}

const configured = (more: object) => ({
  'envclone.config.json': { environments: { test: { type: 'test' } }, ...more },
});

test('what an operation keeps of the source’s schema is sealed, and its plan and report are not', async () => {
  await using directory = await createDirectory(configured({}));
  const store = await open(directory);
  const secret = { sql: "create function notify() … 'Bearer sesame'" };
  const raw = (name: string) => readFile(join(directory.path, '.envclone/artifacts/clone-1', name), 'latin1');
  for (const name of ['schema.json', 'units/0.json', 'plan.json', 'report.json'])
    await store.writeJson({ operation: 'clone-1', name }, secret);

  for (const name of ['schema.json', 'units/0.json']) {
    expect(await raw(name)).not.toContain('sesame');
    expect(await store.readJson({ operation: 'clone-1', name })).toEqual(secret);
  }
  for (const name of ['plan.json', 'report.json']) expect(await raw(name)).toContain('sesame');
});

test('a directory’s key is made with the first check, a bucket’s has to be there before anything is asked of the bucket', async () => {
  await using local = await createDirectory(configured({}));
  await (await open(local)).check();
  expect(existsSync(join(local.path, '.envclone/restore-points.key'))).toBe(true);

  const artifacts = { store: 's3', bucket: 'b', prefix: 'lofts', endpoint: 'http://127.0.0.1:1' };
  await using shared = await createDirectory(configured({ artifacts }));
  await expect((await open(shared)).check()).rejects.toMatchObject({ code: 'RESTORE_KEY_MISSING' });
  expect(existsSync(join(shared.path, '.envclone/restore-points.key'))).toBe(false);
});
