import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { Session } from '../../engine/postgres/session.js';
import { createDatabase, type TestDatabase } from '../support/databases.js';
import { startNetwork } from '../support/network.js';

const SILENCE_MS = 400;

/** A session whose bytes pass a network of its own. */
async function reach({ url }: TestDatabase) {
  const network = await startNetwork(Number(new URL(url).port));
  const through = new URL(url);
  through.port = String(network.port);
  const input = { url: through.toString(), environment: 'test', purpose: 'test', silenceMs: SILENCE_MS };
  const session = await Session.open(input);
  return {
    network,
    session,
    async [Symbol.asyncDispose]() {
      await session.close();
      await network[Symbol.asyncDispose]();
    },
  };
}

test('a statement whose answer a cut network keeps back fails, and so does each one after it', async () => {
  await using database = await createDatabase();
  await using line = await reach(database);
  const waiting = line.session.query('select pg_sleep(1)');
  line.network.cut();
  await expect(waiting).rejects.toThrow('Connection terminated');
  await expect(line.session.query('select 1')).rejects.toThrow();
}, 60_000);

test('an answer that was lost is not waited for, though the server can be reached again', async () => {
  await using database = await createDatabase();
  await using line = await reach(database);
  line.network.cut();
  const waiting = line.session.query('select 1');
  await sleep(SILENCE_MS / 4);
  line.network.heal();
  await expect(waiting).rejects.toThrow('Connection terminated');
}, 60_000);

test('rows that a cut network keeps back end the COPY with an error, in both directions', async () => {
  await using database = await createDatabase({
    sql: `create table rows as select n, repeat('x', 1000) as text from generate_series(1, 20000) n`,
  });
  for (const copy of ['out', 'in'] as const) {
    await using line = await reach(database);
    const stream =
      copy === 'out'
        ? line.session.copyOut('copy public.rows to stdout').resume()
        : line.session.copyIn('copy public.rows (n, text) from stdin');
    const failed = once(stream, 'close');
    failed.catch(() => {});
    if (copy === 'out') await once(stream, 'data');
    line.network.cut();
    if ('write' in stream) for (let row = 0; row < 20_000; row++) stream.write(`${row}\t${'x'.repeat(1000)}\n`);
    await expect(failed).rejects.toThrow('Connection terminated');
  }
}, 120_000);

test('a server that works in silence, or waits for a lock, is waited for', async () => {
  await using database = await createDatabase({ sql: 'create table locked (n int)' });
  await using line = await reach(database);
  const [{ slept } = { slept: false }] = await line.session.query<{ slept: boolean }>(
    'select pg_sleep(4) is null as slept',
  );
  expect(slept).toBe(false);
  await database.run('begin; lock table locked');
  const locked = line.session.query('select from public.locked');
  await sleep(SILENCE_MS * 6);
  await database.run('commit');
  expect(await locked).toEqual([]);
}, 60_000);

test('a COPY that nothing is given to for a while goes on, and one that nobody reads', async () => {
  await using database = await createDatabase({
    sql: `create table rows as select n, repeat('x', 1000) as text from generate_series(1, 20000) n`,
  });
  await using line = await reach(database);
  const storing = line.session.copyIn('copy public.rows (n) from stdin');
  storing.write('1\n');
  await sleep(SILENCE_MS * 6);
  storing.end('2\n');
  await once(storing, 'finish');
  expect(storing.rowCount).toBe(2);

  const sending = line.session.copyOut('copy public.rows to stdout');
  await once(sending, 'readable');
  await sleep(SILENCE_MS * 6);
  let bytes = 0;
  for await (const chunk of sending) bytes += chunk.length;
  expect(bytes).toBeGreaterThan(20_000_000);
}, 60_000);

test('a session whose server has gone without a word closes all the same', async () => {
  await using database = await createDatabase();
  await using line = await reach(database);
  line.network.cut();
  const startedAt = performance.now();
  await line.session.close();
  expect(performance.now() - startedAt).toBeLessThan(5_000);
});
