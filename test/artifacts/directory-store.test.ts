import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ArtifactStore, openDirectoryStore } from '../../engine/artifacts/store.js';

let directory: string;
let store: ArtifactStore;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'envclone-store-'));
  store = openDirectoryStore(join(directory, 'artifacts'));
});

afterAll(() => rm(directory, { recursive: true }));

test('only the owner can read what is kept', async () => {
  await store.writeJson({ operation: 'private', name: 'a/plan.json' }, 1);
  await store.append({ operation: 'private', name: 'events' }, 'x');
  const modeOf = async (...path: string[]) =>
    ((await stat(join(directory, 'artifacts', ...path))).mode & 0o777).toString(8);
  expect(await modeOf('private')).toBe('700');
  expect(await modeOf('private', 'a')).toBe('700');
  expect(await modeOf('private', 'a', 'plan.json')).toBe('600');
  expect(await modeOf('private', 'events')).toBe('600');
});

test.each(['..', '../..', '/etc', '.hidden'])(
  'an operation called %j stays inside the directory',
  async (operation) => {
    await store.writeJson({ operation, name: 'plan.json' }, operation);
    expect(await readdir(directory)).toEqual(['artifacts']);
  },
);

test('a stream that fails leaves no temporary file', async () => {
  const ref = { operation: 'failing', name: 'rows.gz' };
  await store.writeJson(ref, 'before');
  async function* cutOff() {
    yield 'half';
    throw new Error('cut off');
  }
  const stream = store.writeStream(ref);
  const closed = new Promise((resolve) => stream.once('close', resolve));
  await expect(pipeline(cutOff, stream)).rejects.toThrow('cut off');
  await closed;
  expect(await readdir(join(directory, 'artifacts', 'failing'))).toEqual(['rows.gz']);
});

test('a write that cannot happen says so and leaves no temporary file', async () => {
  await writeFile(join(directory, 'artifacts', 'afile'), '');
  await expect(store.writeJson({ operation: 'afile', name: 'x' }, 1)).rejects.toThrow();
  const stream = store.writeStream({ operation: 'afile', name: 'x' });
  await expect(pipeline(['x'], stream)).rejects.toThrow();
});

test('a directory that cannot be made is told when the store is tried', async () => {
  await writeFile(join(directory, 'a-file'), '');
  await expect(openDirectoryStore(join(directory, 'a-file', 'artifacts')).check()).rejects.toMatchObject({
    code: 'ARTIFACT_STORE_REFUSED',
  });
});
