import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { feed } from '../../engine/artifacts/feed.js';

const ended = (stream: NodeJS.WritableStream) =>
  new Promise<Error | undefined>((resolve) => {
    let failure: Error | undefined;
    stream.once('error', (error) => {
      failure = error;
    });
    stream.once('close', () => resolve(failure));
  });

test('one that is given up before anybody reads closes after the reader has let go', async () => {
  let hasLetGo = false;
  const stream = feed(async (bytes) => {
    await sleep(50); // a connection is made first
    try {
      for await (const _ of bytes);
    } finally {
      await sleep(50);
      hasLetGo = true;
    }
  });
  stream.write('half');
  stream.destroy(new Error('the copy failed'));
  expect(await ended(stream)).toMatchObject({ message: 'the copy failed' });
  expect(hasLetGo).toBe(true);
});

test('what the reader fails with is what the writer hears, while it writes and while it waits', async () => {
  const failing = () =>
    feed(async (bytes) => {
      for await (const _ of bytes) throw new Error('the store is full');
    });
  const waiting = failing();
  waiting.write('a');
  expect(await ended(waiting)).toMatchObject({ message: 'the store is full' });
  const writing = failing();
  const over = ended(writing);
  for (let at = 0; at < 20; at++) writing.write(Buffer.alloc(100_000));
  writing.end();
  expect(await over).toMatchObject({ message: 'the store is full' });
});

test('it finishes once the reader has', async () => {
  let size = 0;
  let isDone = false;
  const stream = feed(async (bytes) => {
    for await (const chunk of bytes) size += chunk.length;
    await sleep(50);
    isDone = true;
  });
  stream.end('four');
  await new Promise((resolve) => stream.once('finish', resolve));
  expect({ size, isDone }).toEqual({ size: 4, isDone: true });
});
