import { expect, test } from 'vitest';
import { createHealthMonitor } from '../../engine/monitoring/health-monitor.js';
import { runHealthChecks } from '../../engine/validation/health-checks.js';
import { createDatabase } from '../support/databases.js';
import { sourceOf } from '../support/proofs.js';

test('a change of health is told once, and so is its end', async () => {
  await using database = await createDatabase();
  await database.run(`alter database ${database.name} set envclone.environment = 'source'`);
  const told: string[] = [];
  const monitor = createHealthMonitor({
    check: runHealthChecks,
    alerts: { send: async ({ message }) => void told.push(message) },
  });
  const abort = new AbortController();
  const states: string[] = [];
  for await (const report of monitor.monitorContinuously(sourceOf(database), {
    intervalMs: 10,
    signal: abort.signal,
  })) {
    states.push(report.state);
    if (states.length === 1) await database.run('create schema envclone');
    if (states.length === 3) await database.run('drop schema envclone');
    if (states.length === 4) abort.abort();
  }
  expect(states).toEqual(['healthy', 'unhealthy', 'unhealthy', 'healthy']);
  expect(told).toEqual([
    'source is unhealthy: ledger: an operation did not finish here: its ledger is still there',
    'source is healthy: ledger: no unfinished operation',
  ]);
});
