import { pipeline } from 'node:stream/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ArtifactStore } from '../../engine/artifacts/store.js';
import { createStore, STORES, type TestStore } from '../support/stores.js';

describe.each(STORES)('%s', (kind) => {
  let world: TestStore;
  let store: ArtifactStore;

  beforeAll(async () => {
    world = await createStore(kind);
    store = world.store;
  });
  afterAll(() => world[Symbol.asyncDispose]());

  test('what was written as JSON is read as the same value', async () => {
    const ref = { operation: 'clone-test', name: 'plan.json' };
    await store.writeJson(ref, { tables: ['public.été'], n: null });
    expect(await store.readJson(ref)).toEqual({ tables: ['public.été'], n: null });
    await store.writeJson(ref, 'again');
    expect(await store.readJson(ref)).toBe('again');
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

  test('lines are appended in order, under one name', async () => {
    const ref = { operation: 'events', name: 'events.jsonl' };
    const lines = Array.from({ length: 20 }, (_, index) => `line ${index}`);
    for (const line of lines) await store.append(ref, line);
    expect(await store.readText(ref)).toBe(`${lines.join('\n')}\n`);
    expect(await store.list('events')).toEqual(['events.jsonl']);
  });

  test('lines appended at the same time are all kept', async () => {
    const ref = { operation: 'events', name: 'at-once.jsonl' };
    const lines = Array.from({ length: 30 }, (_, index) => `line ${index}`);
    await Promise.all(lines.map((line) => store.append(ref, line)));
    expect((await store.readText(ref)).trim().split('\n').sort()).toEqual([...lines].sort());
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

  test('a stream of no bytes is an empty artifact', async () => {
    const ref = { operation: 'streams', name: 'empty' };
    await pipeline([], store.writeStream(ref));
    expect(await store.readStream(ref).toArray()).toEqual([]);
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
    expect(await store.list('failing')).toEqual(['rows.gz']);
  });

  test('a stream that is given up without a word leaves nothing', async () => {
    const ref = { operation: 'given-up', name: 'rows.gz' };
    const stream = store.writeStream(ref);
    await new Promise((resolve) => stream.write('half', resolve));
    const closed = new Promise((resolve) => stream.once('close', resolve));
    stream.destroy();
    await closed;
    expect(await store.list('given-up')).toEqual([]);
  });

  test.each(['../outside', 'a/../../../outside', '..', '.', '', 'a//b', '/etc/x'])(
    '%j is no name for an artifact',
    async (name) => {
      await expect(store.writeJson({ operation: 'clone-test', name }, 1)).rejects.toThrow('is not a name');
      expect(() => store.readStream({ operation: 'clone-test', name })).toThrow('is not a name');
    },
  );

  test.each(['..', '../..', '/etc', 'a/b:c%2F 2024-01-01T00:00:00Z', '.hidden', 'été', 'x.tmp', 'a+b&c=d?#'])(
    'an operation may be called %j',
    async (operation) => {
      await store.writeJson({ operation, name: 'plan.json' }, operation);
      expect(await store.readJson({ operation, name: 'plan.json' })).toBe(operation);
      expect(await store.operations(operation)).toEqual([operation]);
      expect(await store.list(operation)).toEqual(['plan.json']);
    },
  );

  test('operations are listed by prefix, and a removed one is gone', async () => {
    for (const operation of ['list-b', 'list-a', 'list.tmp', 'other'])
      await store.writeJson({ operation, name: 'x' }, 1);
    expect(await store.operations('list-')).toEqual(['list-a', 'list-b']);
    expect(await store.operations('list.')).toEqual(['list.tmp']);
    await store.append({ operation: 'list-a', name: 'events' }, 'x');
    await store.remove('list-a');
    await store.remove('list-a');
    expect(await store.operations('list-')).toEqual(['list-b']);
    expect(await store.list('list-a')).toEqual([]);
    expect(await store.list('list-b')).toEqual(['x']);
  });

  test('a store that nobody made yet is empty, and can be tried', async () => {
    const fresh = world.fresh();
    expect(await fresh.operations()).toEqual([]);
    await fresh.check();
    expect(await fresh.operations()).toEqual([]);
  });
});
