import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createWorld } from '../support/world.js';

const SOURCE = 'create table public.lofts (id int primary key); insert into public.lofts values (1)';
/** 1.1 GB. */
const TARGET = `
  create unlogged table public.large as
  select n as id, repeat('x', 1000) as text from generate_series(1, 1000000) n`;

test('a swapped target of a gigabyte is what it was soon after its rollback was asked for', async () => {
  await using world = await createWorld({ source: SOURCE, target: TARGET, restorePoint: 'swap' });
  const [bytes] = await world.target.column('select pg_database_size(current_database())');
  expect(Number(bytes)).toBeGreaterThan(1e9);
  await world.cloner.cloneEnvironment({ source: 'production', target: 'test', confirm: 'test' });

  const startedAt = performance.now();
  const rollback = await world.cloner.startRollback({ environment: 'test', confirm: 'test' });
  let isOver = false;
  const result = rollback.result().finally(() => {
    isOver = true;
  });
  while (!isOver && !(await isBack(world.target))) await sleep(10);
  const backAfterMs = Math.round(performance.now() - startedAt);
  await result;
  process.stdout.write(
    `${Math.round(Number(bytes) / 1e6)} MB: back after ${backAfterMs} ms, the whole operation ${Math.round(performance.now() - startedAt)} ms\n`,
  );

  expect(await isBack(world.target)).toBe(true);
}, 200_000);

async function isBack(target: { column(sql: string): Promise<unknown[]> }): Promise<boolean> {
  const [found] = await target.column(`select to_regclass('public.large') is not null`).catch(() => [false]); // the swap ended it
  return found === true;
}
