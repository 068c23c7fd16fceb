import { execFile, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { findTemporalProgram } from '../../client/temporal-program.js';
import { olderLoftSql } from '../../examples/loft/create.js';
import { rowHashes } from '../support/checksum.js';
import { envclone, MAIN } from '../support/envclone.js';
import { createWorld, type World } from '../support/world.js';

const COMMANDS = [
  'init',
  'clone',
  'plan',
  'preview',
  'analyze',
  'rules',
  'validate',
  'verify',
  'rollback',
  'resolve',
  'restore-points',
  'report',
  'source-role',
  'worker',
  'up',
  'doctor',
];

test('every command explains itself with an example', async () => {
  for (const command of COMMANDS) {
    const { code, stdout } = await envclone(command, '--help');
    expect({ command, code }).toEqual({ command, code: 0 });
    expect(stdout).toContain(`$ `);
    expect(stdout).toMatch(new RegExp(`envclone ${command}`));
  }
}, 120_000);

test('an unknown command ends with exit code 2', async () => {
  expect((await envclone('clonee')).code).toBe(2);
});

describe('a directory with mistakes', () => {
  let directory: string;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'envclone-cli-'));
    await writeFile(
      join(directory, 'envclone.config.json'),
      JSON.stringify({ environments: { production: { type: 'production' }, test: { type: 'test' } }, colour: 'blue' }),
    );
    await writeFile(join(directory, '.env.production'), 'DATABASE_URL=postgres://reader:hunter2@:nowhere/x\n');
  });
  afterAll(() => rm(directory, { recursive: true }));

  test('all mistakes are told at once, with file and key and without secrets', async () => {
    const { code, stdout, stderr } = await envclone(
      '-C',
      directory,
      '--json',
      'clone',
      'production',
      'test',
      '--confirm',
      'test',
    );
    const { error } = JSON.parse(stdout) as { error: { code: string; message: string } };
    expect(code).toBe(2);
    expect(error.code).toBe('CONFIGURATION_INVALID');
    expect(error.message).toContain('colour');
    expect(error.message).toContain('.env.test');
    expect(error.message).toContain('.env.production');
    expect(stdout + stderr).not.toContain('hunter2');
  });

  test('an unknown environment is told with the names there are', async () => {
    const { code, stderr } = await envclone('-C', directory, 'restore-points', 'staging');
    expect(code).toBe(2);
    expect(stderr).toContain('production');
  });
});

test('init makes what a first clone needs, and nothing twice', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'envclone-init-'));
  const first = await envclone('-C', directory, '--json', 'init', '--format', 'json');
  expect(JSON.parse(first.stdout).made).not.toEqual([]);
  const second = await envclone('-C', directory, '--json', 'init', '--format', 'json');
  expect(JSON.parse(second.stdout).made).toEqual([]);
  await rm(directory, { recursive: true });
});

describe('a directory with production and test', () => {
  let world: World;
  beforeAll(async () => {
    world = await createWorld({ major: 15, target: await olderLoftSql() });
  }, 60_000);
  afterAll(() => world[Symbol.asyncDispose]());

  test('Ctrl-C during a clone undoes it and ends with exit code 1', async () => {
    const before = await rowHashes(world.target.url);
    const child = spawn(process.execPath, [
      MAIN,
      '-C',
      world.directory,
      '--json',
      'clone',
      'production',
      'test',
      '--confirm',
      'test',
    ]);
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk) => (stdout += chunk));
    const operation = new Promise<string>((resolve) => {
      child.stderr.on('data', (chunk) => {
        stderr += chunk;
        const [, id] = /operation (\S+)\n/.exec(stderr) ?? [];
        if (id) resolve(id);
      });
    });
    const exit = new Promise((resolve) => child.once('exit', resolve));
    for await (const { stage } of world.cloner.watch(await operation)) {
      if (['copy', 'finish', 'validate'].includes(stage) && !child.killed) child.kill('SIGINT');
    }
    const code = await exit;

    expect(JSON.parse(stdout)).toMatchObject({ status: 'failed', error: { code: 'CANCELLED', target: 'restored' } });
    expect(code).toBe(1);
    expect(stderr).toContain('restored');
    expect(stderr).not.toContain(' % ');
    expect(await rowHashes(world.target.url)).toEqual(before);
  }, 60_000);

  test('clone, report, validate, restore-points and rollback work from the command line', async () => {
    const before = await rowHashes(world.target.url);
    const clone = await envclone('-C', world.directory, '--json', 'clone', 'production', 'test', '--confirm', 'test');
    const result = JSON.parse(clone.stdout);
    expect(clone.code).toBe(0);
    expect(Object.keys(result)).toEqual(
      expect.arrayContaining([
        'operationId',
        'status',
        'statistics',
        'validation',
        'anonymization',
        'neutralized',
        'warnings',
        'restorePoint',
      ]),
    );
    expect(result.anonymization[0]).toMatchObject({
      tableName: expect.stringContaining('.'),
      anonymizedFields: expect.any(Array),
    });

    const report = await envclone('-C', world.directory, 'report', result.operationId);
    expect(report.stdout).toContain('public.guests');
    const validate = await envclone(
      '-C',
      world.directory,
      '--json',
      'validate',
      'test',
      '--operation',
      result.operationId,
    );
    expect(JSON.parse(validate.stdout)).toMatchObject({ isValid: true });
    const verify = await envclone('-C', world.directory, 'verify', 'test');
    expect(verify).toMatchObject({ code: 0, stdout: expect.stringContaining('nothing of the people of production') });
    const points = await envclone('-C', world.directory, '--json', 'restore-points', 'test');
    expect(JSON.parse(points.stdout).restorePoints).toHaveLength(1);
    const sound = await envclone('-C', world.directory, '--json', 'restore-points', 'test', '--verify');
    expect(sound).toMatchObject({ code: 0 });
    expect(JSON.parse(sound.stdout)).toMatchObject({ result: 'sound' });
    const pruned = await envclone('-C', world.directory, '--json', 'restore-points', 'test', '--prune', '--dry-run');
    expect(JSON.parse(pruned.stdout)).toEqual({ dryRun: true, pruned: [] });
    const list = await envclone('-C', world.directory, 'restore-points', 'test');
    expect(list.stdout).toMatch(/ago\) {2}before clone-test-\S+ {2}\d+ tables, [\d ]+ rows, \S+ \S?B {2}sound on 20/);
    const rollback = await envclone(
      '-C',
      world.directory,
      '--json',
      'rollback',
      'test',
      '--to',
      result.restorePoint.id,
      '--confirm',
      'test',
    );
    expect(rollback.code).toBe(0);
    expect(await rowHashes(world.target.url)).toEqual(before);
    const { operationId } = JSON.parse(rollback.stdout);
    const reported = await envclone('-C', world.directory, 'report', operationId);
    expect(reported.stdout).toContain(`Restore point \`${result.restorePoint.id}\``);
  }, 120_000);

  test('verify names what personal data was left where, and takes what a person accepts', async () => {
    await envclone('-C', world.directory, 'clone', 'production', 'test', '--confirm', 'test');
    const source = new pg.Client({ connectionString: world.source.url });
    await source.connect();
    const { rows } = await source.query('select email from guests where email is not null limit 1');
    await source.end();
    const email: string = rows[0].email;
    await world.target.run(`comment on table guests is 'ask ${email}'`);
    const found = await envclone('-C', world.directory, 'verify', 'test', '--against', 'production');
    expect(found).toMatchObject({ code: 4, stdout: expect.stringContaining('comment on table public.guests') });
    expect(found.stdout + found.stderr).not.toContain(email);

    const file = join(world.directory, 'envclone.rules.json');
    const before = await readFile(file, 'utf8');
    const accept = [{ place: 'comment on table public.guests', kinds: ['email'], reason: 'planted by a test' }];
    await writeFile(file, JSON.stringify({ ...JSON.parse(before), accept }));
    expect(await envclone('-C', world.directory, 'verify', 'test', '--deep')).toMatchObject({ code: 0 });
    await writeFile(file, before);
  }, 120_000);

  test('a clone that is not confirmed is refused with exit code 3', async () => {
    const { code, stderr } = await envclone('-C', world.directory, '--json', 'clone', 'production', 'test');
    expect(code).toBe(3);
    expect(stderr).toContain('--confirm');
  });

  test('plan, analyze, doctor and source-role look without touching', async () => {
    const before = await rowHashes(world.target.url);
    const plan = await envclone('-C', world.directory, 'plan', 'production', 'test');
    expect(plan.stdout).toContain('public.guests');
    const analyze = await envclone('-C', world.directory, '--json', 'analyze', 'production');
    expect(JSON.parse(analyze.stdout).tables.length).toBeGreaterThan(20);
    const doctor = await envclone('-C', world.directory, 'doctor');
    expect(doctor).toMatchObject({ code: 0 });
    const role = await envclone('-C', world.directory, 'source-role', 'production');
    expect(role.stdout).toContain('create role');
    const preview = await envclone(
      '-C',
      world.directory,
      'preview',
      'test',
      'guests',
      '--rows',
      '2',
      '--html',
      'p.html',
    );
    expect(preview).toMatchObject({ code: 0, stdout: expect.stringContaining('2 rows') });
    expect((await stat(join(world.directory, 'p.html'))).mode & 0o777).toBe(0o600);
    expect(await rowHashes(world.target.url)).toEqual(before);
  }, 60_000);

  test('the temporal CLI starts the same clone', async () => {
    const run = promisify(execFile);
    const program = findTemporalProgram();
    const address = ['--address', inject('temporalAddress')];
    const workflow = ['--workflow-id', `by-cli-${world.taskQueue}`];
    await run(program, [
      'workflow',
      'start',
      ...address,
      ...workflow,
      '--task-queue',
      world.taskQueue,
      '--type',
      'cloneEnvironment',
      '--input',
      '{"source": "production", "target": "test", "confirm": "test"}',
    ]);
    const { stdout } = await run(program, ['workflow', 'result', ...address, ...workflow, '--output', 'json']);
    expect(stdout).toContain('"completed"');
  }, 60_000);
});
