import { expect, test } from 'vitest';
import type { RestoreStrategy } from '../../contracts/environments.js';
import { chooseRestorePoint } from '../../engine/plan/restore-strategy.js';

const NOTHING = { lasting: [], passing: [] };
const choose = (asked: RestoreStrategy | undefined, found = NOTHING as { lasting: string[]; passing: string[] }) =>
  chooseRestorePoint({ target: 'test', exists: true, asked, obstacles: async () => found });

test('auto swaps where nothing is in the way, and says why it does not', async () => {
  expect(await choose(undefined)).toMatchObject({ restorePoint: 'swap' });
  expect(await choose('auto', { lasting: ['no CREATEDB'], passing: [] })).toEqual({
    restorePoint: 'archive',
    restorePointReason: 'no swap: no CREATEDB',
  });
  expect(await choose('auto', { lasting: [], passing: ['app is connected'] })).toMatchObject({
    restorePoint: 'archive',
    restorePointReason: 'no swap: app is connected',
  });
});

test('a swap that was asked for is refused with every reason that lasts; who is connected now may leave', async () => {
  await expect(choose('swap', { lasting: ['one', 'other'], passing: [] })).rejects.toMatchObject({
    code: 'SWAP_NOT_POSSIBLE',
    category: 'safety',
    message: expect.stringMatching(/one\n {2}other/),
  });
  expect(await choose('swap', { lasting: [], passing: ['app is connected'] })).toMatchObject({ restorePoint: 'swap' });
});

test('what was asked for by name needs no look at the target', async () => {
  const obstacles = () => Promise.reject(new Error('nobody shall ask'));
  const named = (asked: RestoreStrategy, exists = true) =>
    chooseRestorePoint({ target: 'test', exists, asked, obstacles });
  expect(await named('archive')).toMatchObject({ restorePoint: 'archive' });
  expect(await named('none')).toMatchObject({ restorePoint: 'none' });
  expect(await named('swap', false)).toMatchObject({ restorePoint: 'drop database' });
});
