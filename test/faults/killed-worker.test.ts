import { expect, test } from 'vitest';
import { rowHashes } from '../support/checksum.js';
import { SHARED_ROWS, startSharedClone } from '../support/shared-clone.js';

test.each([
  { who: 'copies', hasSnapshot: false },
  { who: 'also holds the snapshot', hasSnapshot: true },
])(
  'when the worker that $who is killed, another one finishes the clone with each row once',
  async ({ hasSnapshot }) => {
    await using clone = await startSharedClone({ bytesPerSecond: 1_000_000 });
    await clone.copiers();
    const holder = await clone.snapshotHolder();
    expect(clone.workers.map(({ pid }) => pid)).toContain(holder);
    const killed = clone.workers.find(({ pid }) => (pid === holder) === hasSnapshot);
    await killed?.kill();
    const { validation, statistics } = await clone.result;

    expect(validation.errors).toEqual([]);
    expect(statistics.recordsCloned).toBe(SHARED_ROWS);
    expect(await rowHashes(clone.world.target.url)).toEqual(await rowHashes(clone.world.source.url));
  },
  240_000,
);
