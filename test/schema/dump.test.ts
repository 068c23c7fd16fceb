import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, test, vi } from 'vitest';
import { compareStatements } from '../../engine/schema/compare.js';
import { dumpSchema } from '../../engine/schema/dump.js';
import { nativeMajor } from '../../engine/schema/dump-native.js';
import { splitDump } from '../../engine/schema/split.js';
import { createDatabase, databaseUrl } from '../support/databases.js';
import { startNetwork } from '../support/network.js';
import { nastySql } from './nasty.js';

afterEach(() => vi.unstubAllEnvs());

const installed = await nativeMajor('pg_dump');

test.skipIf(installed < 13).each([13, 15] as const)(
  'on PostgreSQL %i the WebAssembly pg_dump says the same as the native one',
  async (major) => {
    await using source = await createDatabase({ major, sql: await nastySql(major) });
    const input = { url: source.url, environment: 'source', serverMajor: major };
    const native = await splitDump(await dumpSchema(input));
    vi.stubEnv('ENVCLONE_PG_DUMP', 'wasm');
    const wasm = await splitDump(await dumpSchema(input));
    const isSpelling = ({ kind }: { kind: string }) => kind === 'privilege'; // version 18 spells ALL out for older servers
    expect(compareStatements(native, wasm).filter((one) => !isSpelling(one))).toEqual([]);
  },
);

test.each(['', 'wasm'])('a dump shows what its snapshot shows (program "%s")', async (program) => {
  vi.stubEnv('ENVCLONE_PG_DUMP', program);
  await using source = await createDatabase({ major: 15, sql: 'create table before (a integer)' });
  await using holder = await source.session();
  await holder.query('begin isolation level repeatable read read only');
  const { snapshot } = await holder.one<{ snapshot: string }>('select pg_export_snapshot() as snapshot');
  await source.run('create table after (a integer)');

  const dump = await dumpSchema({ url: source.url, environment: 'source', serverMajor: 15, snapshot });

  expect(dump).toContain('CREATE TABLE public.before');
  expect(dump).not.toContain('CREATE TABLE public.after');
});

test.each(['', 'wasm'])(
  'a dump whose network is cut without a word fails (program "%s")',
  async (program) => {
    vi.stubEnv('ENVCLONE_PG_DUMP', program);
    await using source = await createDatabase({ major: 15, sql: 'create table held (a integer)' });
    await using network = await startNetwork(Number(new URL(source.url).port));
    const through = new URL(source.url);
    through.port = String(network.port);
    await using holder = await source.session();
    await holder.query('begin');
    await holder.query('lock table public.held');
    const input = { url: through.toString(), environment: 'source', serverMajor: 15, lookMs: 500 };
    const dumping = dumpSchema(input);
    dumping.catch(() => {});
    const waiting = `select count(*)::int from pg_stat_activity where application_name like '%:dump' and wait_event_type = 'Lock'`;
    while ((await source.column<number>(waiting))[0] === 0) await sleep(50);
    await sleep(3_000); // longer than it takes to be called lost

    network.cut();
    await holder.query('rollback');
    await expect(dumping).rejects.toMatchObject({ code: 'CONNECTION_FAILED' });
  },
  60_000,
);

test.each(['', 'wasm'])('a table that the role may not read is named (program "%s")', async (program) => {
  vi.stubEnv('ENVCLONE_PG_DUMP', program);
  await using source = await createDatabase({ major: 15, sql: 'create table secrets (a integer)' });
  await source.run(`create role reader_${source.name} login password 'sesame'`);
  const url = databaseUrl(source.url, source.name, { user: `reader_${source.name}`, password: 'sesame' });

  const dumping = dumpSchema({ url, environment: 'source', serverMajor: 15 });

  await expect(dumping).rejects.toMatchObject({
    code: 'SCHEMA_UNREADABLE',
    message: expect.stringContaining('permission denied for table secrets'),
  });
  await source.run(`drop role reader_${source.name}`);
});

test.each(['', 'wasm'])(
  'a wrong password is told from a missing server, and not shown (program "%s")',
  async (program) => {
    vi.stubEnv('ENVCLONE_PG_DUMP', program);
    await using source = await createDatabase({ major: 15 });
    const url = databaseUrl(source.url, source.name, { user: 'postgres', password: 'sesame' });
    const wrong = dumpSchema({ url, environment: 'source', serverMajor: 15 });
    await expect(wrong).rejects.toMatchObject({ code: 'AUTHENTICATION_FAILED' });
    await expect(wrong).rejects.not.toMatchObject({ message: expect.stringContaining('sesame') });
    const missing = dumpSchema({ url: 'postgres://u:sesame@127.0.0.1:1/db', environment: 'source', serverMajor: 15 });
    await expect(missing).rejects.toMatchObject({ code: 'CONNECTION_FAILED' });
  },
);

test.each(['', 'wasm'])('aborting the signal ends a dump that waits for a lock (program "%s")', async (program) => {
  vi.stubEnv('ENVCLONE_PG_DUMP', program);
  await using source = await createDatabase({ major: 15, sql: 'create table t (a integer)' });
  await source.run('begin; lock table t in access exclusive mode');
  const abort = new AbortController();
  const dumping = dumpSchema({ url: source.url, environment: 'source', serverMajor: 15, signal: abort.signal });
  setTimeout(() => abort.abort(), 500);
  await expect(dumping).rejects.toThrow('aborted');
  await source.run('rollback');
});
