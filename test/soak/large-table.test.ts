import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { startWorkerProcess, type WorkerProcess } from '../support/worker-process.js';
import { createWorld } from '../support/world.js';

const ROWS = 2_000_000;
const LIMIT_MB = 400;

test('a table of two million rows is cloned by a worker that stays below 400 MB', async () => {
  await using world = await createWorld({ source: SOURCE, hasWorker: false });
  await using worker = await startWorkerProcess(world.directory);
  const { statistics } = await world.cloner.cloneEnvironment({ source: 'production', target: 'test', confirm: 'test' });
  const peak = await peakMegabytes(worker);
  console.log(`worker's peak: ${peak} MB; ${statistics.totalSizeCloned} in ${statistics.duration} ms`);
  expect(statistics.recordsCloned).toBe(ROWS);
  expect(peak).toBeLessThan(LIMIT_MB);
});

const SOURCE = `
  create table public.people (
    id bigint primary key,
    email text not null unique,
    full_name text not null,
    note text,
    created_at timestamptz not null
  );
  insert into public.people
  select n, 'person' || n || '@example.org', 'Person ' || n, repeat('written about somebody ', 4), now()
    from generate_series(1, ${ROWS}) as n;
  analyze public.people;
`;

/** The kernel's high-water mark of resident memory. */
async function peakMegabytes({ pid }: WorkerProcess): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Math.round(Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1]) / 1024);
}
