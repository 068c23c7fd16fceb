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

test('what was written as JSON is read as the same value', async () => {
  const ref = { operation: 'clone-test', name: 'plan.json' };
  await store.writeJson(ref, { tables: ['public.été'], n: null });
  expect(await store.readJson(ref)).toEqual({ tables: ['public.été'], n: null });
});

test('what is absent, or not JSON, is missing', async () => {
  await expect(store.readJson({ operation: 'nobody', name: 'plan.json' })).rejects.toMatchObject({
    code: 'ARTIFACT_MISSING',
  });
  await expect(store.readText({ operation: 'clone-test', name: 'no/such' })).rejects.toMatchObject({
    code: 'ARTIFACT_MISSING',
  });
  await expect(store.readStream({ operation: 'nobody', name: 'x' }).toArray()).rejects.toMatchObject({
    code: 'ARTIFACT_MISSING',
  });
  await store.append({ operation: 'broken', name: 'plan.json' }, '{"email": "a@b');
  const reading = store.readJson({ operation: 'broken', name: 'plan.json' });
  await expect(reading).rejects.toMatchObject({ code: 'ARTIFACT_MISSING' });
  await expect(reading).rejects.not.toMatchObject({ message: expect.stringContaining('a@b') });
});

test('lines are appended in order', async () => {
  const ref = { operation: 'events', name: 'events.jsonl' };
  await store.append(ref, 'one');
  await store.append(ref, 'two');
  expect(await store.readText(ref)).toBe('one\ntwo\n');
});

test('a stream becomes visible when it has finished', async () => {
  const ref = { operation: 'streams', name: 'rows/1.copy.gz' };
  const stream = store.writeStream(ref);
  await new Promise((resolve) => stream.write('first ', resolve));
  expect(await store.list('streams')).toEqual([]);
  await new Promise<void>((resolve) => stream.end('last', resolve));
  expect(await store.list('streams')).toEqual(['rows/1.copy.gz']);
  expect(Buffer.concat(await store.readStream(ref).toArray()).toString()).toBe('first last');
});

test('a stream that fails leaves nothing, and what was there before it stays', async () => {
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
  expect(await store.readJson(ref)).toBe('before');
  expect(await readdir(join(directory, 'artifacts', 'failing'))).toEqual(['rows.gz']);
});

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

test.each(['../outside', 'a/../../../outside', '..', '.', '', 'a//b', '/etc/x'])(
  '%j is no name for an artifact',
  async (name) => {
    await expect(store.writeJson({ operation: 'clone-test', name }, 1)).rejects.toThrow('is not a name');
    expect(() => store.readStream({ operation: 'clone-test', name })).toThrow('is not a name');
  },
);

test.each(['..', '../..', '/etc', 'a/b:c%2F 2024-01-01T00:00:00Z', '.hidden', 'été', 'x.tmp'])(
  'an operation may be called %j and stays inside the directory',
  async (operation) => {
    await store.writeJson({ operation, name: 'plan.json' }, operation);
    expect(await store.readJson({ operation, name: 'plan.json' })).toBe(operation);
    expect(await store.operations(operation)).toEqual([operation]);
    expect(await readdir(directory)).toEqual(['artifacts']);
  },
);

test('operations are listed by prefix, and a removed one is gone', async () => {
  for (const operation of ['list-b', 'list-a', 'other']) await store.writeJson({ operation, name: 'x' }, 1);
  expect(await store.operations('list-')).toEqual(['list-a', 'list-b']);
  await store.remove('list-a');
  await store.remove('list-a');
  expect(await store.operations('list-')).toEqual(['list-b']);
  expect(await store.list('list-a')).toEqual([]);
});

test('a store that has no directory yet is empty', async () => {
  const fresh = openDirectoryStore(join(directory, 'artifacts', 'not yet'));
  expect(await fresh.operations()).toEqual([]);
});

test('a write that cannot happen says so and leaves no temporary file', async () => {
  await writeFile(join(directory, 'artifacts', 'afile'), '');
  await expect(store.writeJson({ operation: 'afile', name: 'x' }, 1)).rejects.toThrow();
  const stream = store.writeStream({ operation: 'afile', name: 'x' });
  await expect(pipeline(['x'], stream)).rejects.toThrow();
});
