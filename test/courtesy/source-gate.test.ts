import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { SourceLimits } from '../../contracts/environments.js';
import { openSourceGate, type SourceGate } from '../../engine/courtesy/source-gate.js';
import { createDatabase, type TestDatabase } from '../support/databases.js';
import { sourceOf } from '../support/proofs.js';

const never = new AbortController().signal;

interface WatchedGate extends AsyncDisposable {
  gate: SourceGate;
  /** What `onWait` was told, and `on` for `onResume`. */
  said: string[];
}

function openGate(database: TestDatabase, limits: SourceLimits, { lanes = 1, signal = never } = {}): WatchedGate {
  const said: string[] = [];
  const gate = openSourceGate(sourceOf(database), limits, {
    lanes,
    signal,
    onWait: (reason) => said.push(reason),
    onResume: () => said.push('on'),
    lookEveryMs: 100,
  });
  return { gate, said, [Symbol.asyncDispose]: () => gate[Symbol.asyncDispose]() };
}

async function isHeldBack(gate: SourceGate, forMs = 400): Promise<boolean> {
  return (await Promise.race([gate.admit(1), sleep(forMs, 'held')])) === 'held';
}

test('without limits every buffer goes on at once, and the source is not asked', async () => {
  await using database = await createDatabase();
  await using open = openGate(database, {});
  expect(open.gate.admit(1_000_000_000)).toBeUndefined();
  expect(await ownSessions(database)).toEqual([0]);
});

test.each([1, 4])(
  'rows of a COPY are read at the part of the rate, give or take 15 percent, that one of %i lanes has',
  async (lanes) => {
    await using database = await createDatabase();
    await using open = openGate(database, { bytesPerSecond: 4_000_000 * lanes }, { lanes });
    await using session = await sourceOf(database).connect({ purpose: 'copy-read' });
    const started = performance.now();
    let bytes = 0;
    for await (const chunk of session.copyOut(
      `copy (select repeat('x', 999) from generate_series(1, 8000)) to stdout`,
    )) {
      bytes += chunk.length;
      const waiting = open.gate.admit(chunk.length);
      if (waiting) await waiting;
    }
    const rate = bytes / ((performance.now() - started) / 1000);
    expect(bytes).toBeGreaterThan(7_900_000);
    expect(rate / 4_000_000).toBeGreaterThan(0.85);
    expect(rate / 4_000_000).toBeLessThan(1.15);
  },
);

test.each([13, 17, 18] as const)(
  'on PostgreSQL %i a transaction that holds VACUUM back stops the copy until it ends',
  async (major) => {
    await using database = await createDatabase({ major });
    await using application = await database.session();
    await application.query(`set application_name = 'nightly report'`);
    await application.query('begin isolation level repeatable read');
    await application.query('select 1');
    await sleep(600);
    await using open = openGate(database, { oldestXminSeconds: 0.5 });

    expect(await isHeldBack(open.gate)).toBe(true);
    expect(open.said).toEqual([
      expect.stringMatching(
        /^source: the oldest transaction has lasted [\d.]+ s, above limits\.oldestXminSeconds \(0\.5 s\)$/,
      ),
    ]);

    await application.query('commit');
    await open.gate.admit(1);
    expect(open.said.at(-1)).toBe('on');
  },
);

test("envclone's own snapshot, and a transaction that holds nothing back, do not stop the copy", async () => {
  await using database = await createDatabase();
  await using own = await sourceOf(database).connect({ purpose: 'snapshot', operation: 'clone-test' });
  await own.query('begin isolation level repeatable read read only');
  await own.query('select 1');
  await using idle = await database.session();
  await idle.query(`set application_name = ''`);
  await idle.query('begin');
  await idle.query('select 1');
  await sleep(600);
  await using open = openGate(database, { oldestXminSeconds: 0.5 });
  expect(await isHeldBack(open.gate, 2_000)).toBe(false);
  expect(open.said).toEqual([]);
});

test.each([13, 17] as const)(
  'on PostgreSQL %i statements of others above the limit stop the copy until fewer run',
  async (major) => {
    const limit = 12; // other tests share the server
    await using database = await createDatabase({ major });
    const sessions = await Promise.all(Array.from({ length: limit + 2 }, () => database.session()));
    for (const session of sessions) await session.query(`set application_name = 'shop'`);
    const running = sessions.map((session) => session.query('select pg_sleep(60)').catch(() => {}));
    await using open = openGate(database, { activeConnections: limit });

    expect(await isHeldBack(open.gate)).toBe(true);
    expect(open.said).toEqual([
      expect.stringMatching(/^source: statements running: \d+, above limits\.activeConnections \(12\)$/),
    ]);

    await Promise.all(sessions.map((session) => session.cancel()));
    await Promise.all(running);
    await open.gate.admit(1);
    expect(open.said.at(-1)).toBe('on');
    await Promise.all(sessions.map((session) => session.close()));
  },
);

test('a copy that is held back ends when it is aborted', async () => {
  await using database = await createDatabase();
  await using application = await database.session();
  await application.query(`set application_name = 'nightly report'`);
  await application.query('begin; select pg_current_xact_id()');
  await sleep(200);
  const abort = new AbortController();
  await using open = openGate(database, { oldestXminSeconds: 0.1 }, { signal: abort.signal });
  expect(await isHeldBack(open.gate)).toBe(true);
  const waiting = open.gate.admit(1);
  abort.abort(new Error('cancelled'));
  await expect(waiting).rejects.toThrow('cancelled');
});

test('a killed session of the gate is replaced, and a closed gate leaves none behind', async () => {
  await using database = await createDatabase();
  const open = openGate(database, { oldestXminSeconds: 60 });
  await open.gate.admit(1);
  const [killed] = await database.column<number>(`select pid from pg_stat_activity where ${OWN}`);
  await database.run(KILL_OWN_SESSIONS);
  await expect
    .poll(() => database.column<number>(`select pid from pg_stat_activity where ${OWN} and pid <> ${killed}`))
    .toHaveLength(1);
  expect(open.gate.admit(1)).toBeUndefined();
  await open[Symbol.asyncDispose]();
  await expect.poll(() => ownSessions(database)).toEqual([0]);
});

test('a source whose load can no longer be asked stops the copy with an error', async () => {
  await using database = await createDatabase();
  await using open = openGate(
    { ...database, url: database.url.replace('postgres:postgres@', 'postgres:wrong@') },
    { oldestXminSeconds: 60 },
  );
  await expect(open.gate.admit(1)).rejects.toMatchObject({ code: 'AUTHENTICATION_FAILED' });
});

const OWN = `datname = current_database() and application_name like 'envclone:%load'`;
const KILL_OWN_SESSIONS = `select pg_terminate_backend(pid) from pg_stat_activity where ${OWN}`;

function ownSessions(database: TestDatabase): Promise<number[]> {
  return database.column<number>(`select count(*)::int from pg_stat_activity where ${OWN}`);
}
