import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { olderLoftSql } from '../../examples/loft/create.js';
import { checksum } from '../support/checksum.js';
import { createWorld } from '../support/world.js';

const CLONE = { source: 'production', target: 'test', confirm: 'test' };

test('a clone whose copying sessions are killed until it gives up leaves the target as it was', async () => {
  await using world = await createWorld({ major: 15, target: await olderLoftSql() });
  const before = await checksum(world.target.url);
  let isOver = false;
  const cloning = world.cloner
    .cloneEnvironment(CLONE)
    .catch((error: unknown) => error)
    .finally(() => {
      isOver = true;
    });
  while (!isOver) {
    await world.target.run(KILL_COPIERS);
    await sleep(20);
  }
  const failure = await cloning;

  expect(failure).toMatchObject({ code: 'CONNECTION_FAILED', target: 'restored' });
  expect(await checksum(world.target.url)).toEqual(before);
}, 240_000);

const KILL_COPIERS = `
  select pg_terminate_backend(pid) from pg_stat_activity
   where datname = current_database() and application_name like 'envclone:%copy-write'
`;
