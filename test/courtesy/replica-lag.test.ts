import pg from 'pg';
import { expect, test } from 'vitest';
import { openSourceGate } from '../../engine/courtesy/source-gate.js';
import { sourceOf } from '../support/proofs.js';
import { startReplicatedServer } from './standby.js';

const DELAY_SECONDS = 4;

test.each([13, 17] as const)(
  'on PostgreSQL %i a standby that falls behind stops the copy until it has caught up, from the primary and from itself',
  async (major) => {
    await using server = await startReplicatedServer(major, DELAY_SECONDS);
    await standbyAnswers(server.standbyUrl);
    await using primary = openGate(server.primary.url());
    await using standby = openGate(server.standbyUrl);
    await Promise.all([primary.gate.admit(1), standby.gate.admit(1)]);

    await run(server.primary.url(), 'create table t (a int)');

    const told = [
      expect.stringMatching(/^source: a standby is behind by [\d.]+ s, above limits\.replicaLagSeconds \(1 s\)$/),
      'on',
    ];
    await expect.poll(() => primary.said, { timeout: 20_000 }).toEqual(told);
    await expect.poll(() => standby.said, { timeout: 20_000 }).toEqual(told);
    await run(server.standbyUrl, 'select from t');
  },
);

function openGate(url: string) {
  const said: string[] = [];
  const limits = { replicaLagSeconds: 1 };
  const gate = openSourceGate(sourceOf({ name: 'source', url }), limits, {
    lanes: 1,
    signal: new AbortController().signal,
    onWait: (reason) => said.push(reason),
    onResume: () => said.push('on'),
    lookEveryMs: 100,
  });
  return { gate, said, [Symbol.asyncDispose]: () => gate[Symbol.asyncDispose]() };
}

async function run(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

async function standbyAnswers(url: string): Promise<void> {
  await expect.poll(() => run(url, 'select 1').then(() => 'yes', String), { timeout: 20_000 }).toBe('yes');
}
