import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { rowHashes } from '../support/checksum.js';
import { SHARED_ROWS, startSharedClone } from '../support/shared-clone.js';

const EXIT_MS = 40_000;

test('a worker that is told to end finishes the units in its hands, and another one copies the rest', async () => {
  await using clone = await startSharedClone({ bytesPerSecond: 1_000_000 });
  const { target, source, cloner } = clone.world;
  const copiers = await clone.copiers();
  const holder = await clone.snapshotHolder();
  const drained = copiers.find((pid) => pid !== holder) ?? 0;
  const copied = () =>
    target.column(`select table_name from envclone.copied where copied_by like '%:${drained}:%' order by 1`);
  const before = await copied();
  process.kill(drained, 'SIGTERM');
  await untilGone(drained);
  const after = await copied();
  const { statistics, validation } = await clone.result;

  expect(after.length).toBeGreaterThan(before.length);
  expect(validation.errors).toEqual([]);
  expect(statistics.recordsCloned).toBe(SHARED_ROWS);
  expect(await rowHashes(target.url)).toEqual(await rowHashes(source.url));
  const said: string[] = [];
  for await (const { logs } of cloner.watch(clone.operationId)) said.push(...logs.map(({ message }) => message));
  expect(said.filter((message) => message.includes('snapshot'))).toEqual([]);
}, 240_000);

async function untilGone(pid: number): Promise<void> {
  const until = Date.now() + EXIT_MS;
  while (Date.now() < until) {
    try {
      process.kill(pid, 0);
    } catch {
      return;
    }
    await sleep(100);
  }
  throw new Error(`worker ${pid} did not end`);
}
