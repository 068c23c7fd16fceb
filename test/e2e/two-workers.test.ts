import { expect, test } from 'vitest';
import { rowHashes } from '../support/checksum.js';
import { SHARED_ROWS, startSharedClone } from '../support/shared-clone.js';

test('two worker processes share one clone', async () => {
  await using clone = await startSharedClone({ bytesPerSecond: 4_000_000 });

  expect((await clone.copiers()).sort()).toEqual(clone.workers.map(({ pid }) => pid).sort());
  const { validation, statistics } = await clone.result;

  expect(validation.errors).toEqual([]);
  expect(statistics.recordsCloned).toBe(SHARED_ROWS);
  expect(await rowHashes(clone.world.target.url)).toEqual(await rowHashes(clone.world.source.url));
}, 120_000);
