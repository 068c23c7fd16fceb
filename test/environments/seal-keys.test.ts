import { link, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { makeIdentity, readSealKeys } from '../../engine/environments/seal-keys.js';
import { createDirectory } from './directory.js';

vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof import('node:fs/promises')>();
  return { ...real, link: vi.fn(real.link) };
});

const withoutLinks = async () => {
  throw Object.assign(new Error('operation not permitted'), { code: 'EPERM' });
};

test('the key is made where the file system has no links, once, for its owner alone', async () => {
  vi.mocked(link).mockImplementation(withoutLinks);
  await using directory = await createDirectory();
  const path = join(directory.path, 'keys', 'points');
  const made = await Promise.all(Array.from({ length: 4 }, () => makeIdentity(path)));

  expect(made[0]).toContain('AGE-SECRET-KEY-1');
  expect(await makeIdentity(path)).toBe(made.at(-1));
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  expect(await readdir(join(directory.path, 'keys'))).toEqual(['points']);
});

test('a key that workers elsewhere have is not made by itself', async () => {
  await using directory = await createDirectory();
  const identityFile = join(directory.path, 'points');
  const settings = { encryption: 'age' as const, recipients: [], identityFile, isShared: true };

  await expect(readSealKeys(settings, 'write')).rejects.toMatchObject({
    code: 'RESTORE_KEY_MISSING',
    next: expect.stringMatching(/Copy restore-points\.key of the worker that has it.*envclone init/),
  });
  expect(await readdir(directory.path)).toEqual([]);
  await makeIdentity(identityFile);
  expect((await readSealKeys(settings, 'write')).identities).toHaveLength(1);
});
