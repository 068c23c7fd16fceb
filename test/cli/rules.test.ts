import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { addRules } from '../../client/cli/rules.js';
import { createDatabase, type TestDatabase } from '../support/databases.js';

afterEach(() => {
  process.exitCode = undefined;
  vi.restoreAllMocks();
});

/** A directory whose only environment is the database. */
async function directoryOf({ url }: TestDatabase, rules: unknown[] = [], more: object = {}): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'envclone-rules-'));
  await writeFile(
    join(directory, 'envclone.config.json'),
    JSON.stringify({ environments: { staging: { type: 'test' } } }),
  );
  await writeFile(join(directory, '.env.staging'), `DATABASE_URL='${url}'\n`);
  await writeFile(join(directory, 'envclone.rules.json'), JSON.stringify({ rules, ...more }));
  return directory;
}

/** Runs the command in this process. */
async function rules(directory: string, ...args: string[]) {
  const written = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    vi.spyOn(process[name], 'write').mockImplementation((text) => {
      written[name] += String(text);
      return true;
    });
  }
  const program = new Command().option('-C, --directory <path>').option('--json');
  addRules(program);
  await program.parseAsync(['-C', directory, 'rules', 'staging', ...args], { from: 'user' });
  vi.restoreAllMocks();
  return { ...written, code: process.exitCode };
}

const PLANTED = `
  create table clients (reference text, contact text, phone text, note text, data jsonb, mixed_code text);
  insert into clients
  select 'canary' || n || '@example.dz', 'Canary Benali', '0551234567', 'canary went to the market today', '{"k": "canary"}',
         case when n < 5 then 'canary@example.dz' else 'canary-' || n end
    from generate_series(1, 300) n;`;

describe.each([13, 17] as const)('PostgreSQL %i', (major) => {
  test('each proposal says what, how sure and why', async () => {
    await using database = await createDatabase({ major, sql: PLANTED });
    const directory = await directoryOf(database);
    const { stdout, code } = await rules(directory);
    expect(code).toBe(0);
    expect(stdout).toContain(
      '+ public.clients.reference: email, certain (300 of 300 sampled values are e-mail addresses)',
    );
    expect(stdout).toContain(
      '? public.clients.mixed_code (text): mask would fit; 4 of 300 sampled values are e-mail addresses, the others are not',
    );
    const { stdout: unsampled } = await rules(directory, '--no-sample');
    expect(unsampled).toContain('+ public.clients.reference: keep, likely (named like an identifier or a code)');
    await rm(directory, { recursive: true });
  });

  test('no sampled value is in what is printed, written or refused', async () => {
    await using database = await createDatabase({ major, sql: PLANTED });
    const directory = await directoryOf(database);
    const runs = [[], ['--json'], ['--check'], ['--write'], ['--write', '--undecided', 'mask', '--json'], ['--check']];
    for (const args of runs) {
      const { stdout, stderr } = await rules(directory, ...args);
      expect(stdout + stderr).not.toMatch(/canary|Benali|0551234567|market/i);
    }
    for (const name of await readdir(directory, { recursive: true, withFileTypes: true })) {
      if (!name.isFile()) continue;
      expect(await readFile(join(name.parentPath, name.name), 'utf8')).not.toMatch(/canary|Benali|0551234567|market/i);
    }
    await rm(directory, { recursive: true });
  });
});

test("the sign-in service's tables are proposed to stay empty, and written with their reason", async () => {
  await using database = await createDatabase({
    sql: `create schema auth;
      create table auth.users (email text, raw_app_meta_data jsonb, raw_user_meta_data jsonb);
      create table auth.sessions (user_agent text, tag text)`,
  });
  const directory = await directoryOf(database);
  const { stdout } = await rules(directory, '--write');
  expect(stdout).toContain('+ auth.sessions: stays empty (sessions of people)');
  expect(JSON.parse(await readFile(join(directory, 'envclone.rules.json'), 'utf8')).emptyTables).toEqual([
    { table: 'auth.sessions', reason: 'sessions of people' },
  ]);
  expect(await rules(directory, '--check')).toMatchObject({ code: 0 });
  expect((await rules(directory, '--write')).stdout).not.toContain('stays empty');
  await rm(directory, { recursive: true });
});

describe('--check', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createDatabase({ sql: 'create table t (email text, x text)' });
    return () => database[Symbol.asyncDispose]();
  });

  const email = { tableName: 't', columnName: 'email', anonymizationType: 'email' };

  test('ends with 0 when everything is decided and fits', async () => {
    const directory = await directoryOf(database, [email, { ...email, columnName: 'x' }]);
    expect(await rules(directory, '--check')).toMatchObject({ code: 0, stderr: '' });
    await rm(directory, { recursive: true });
  });

  test('ends with 2 and lists every mistake, as a document too', async () => {
    const directory = await directoryOf(database, [email, { ...email, tableName: 'absent' }]);
    const { code, stdout } = await rules(directory, '--check');
    expect(code).toBe(2);
    expect(stdout.trim().split('\n')).toEqual([
      expect.stringContaining('there is no table absent'),
      expect.stringContaining('public.t.x (text): mask would fit'),
    ]);
    const document = JSON.parse((await rules(directory, '--check', '--json')).stdout);
    expect(document).toMatchObject({ problems: [expect.any(String)], undecided: [{ table: 'public.t', column: 'x' }] });
    await rm(directory, { recursive: true });
  });

  test('tables that stay empty, and those that cannot be without them, need no rule; one that is not there is a mistake', async () => {
    await using logs = await createDatabase({
      sql: `create table logs (id int primary key, x1 text);
        create table entries (log int not null references logs, x2 text);
        create table others (log int references logs, email text)`,
    });
    const empty = (table: string) => ({ table, reason: 'nobody needs them' });
    const rule = { ...email, tableName: 'others' };
    const directory = await directoryOf(logs, [rule], { emptyTables: [empty('logs')] });
    expect(await rules(directory, '--check')).toMatchObject({ code: 0 });
    const wrong = await directoryOf(logs, [rule], { emptyTables: [empty('logs'), empty('lgs')] });
    const { code, stdout } = await rules(wrong, '--check');
    expect(code).toBe(2);
    expect(stdout).toContain('envclone.rules.json: emptyTables: there is no table lgs');
    for (const made of [directory, wrong]) await rm(made, { recursive: true });
  });

  test('takes nothing that writes', async () => {
    const directory = await directoryOf(database);
    expect((await rules(directory, '--check', '--write')).code).toBe(2);
    await rm(directory, { recursive: true });
  });
});
