import { spawn } from 'node:child_process';
import { Client, Connection } from '@temporalio/client';
import { expect, inject, test } from 'vitest';
import type { CloneInput } from '../../contracts/clone.js';
import { rowHashes } from '../support/checksum.js';
import { onServer } from '../support/databases.js';
import { envclone, MAIN, type Run } from '../support/envclone.js';
import { MASK_KEY } from '../support/mask-key.js';
import { createWorld, type World } from '../support/world.js';

const SOURCE = `
  create table readings (id int primary key, note text);
  insert into readings select n, repeat('x', 450) from generate_series(1, 8000) n`;

test('a clone whose target changes its password waits with exit code 5, and goes on when the .env file is corrected', async () => {
  await using world = await createWorld({ source: SOURCE });
  await world.configure(({ environments }) => {
    environments.production = { type: 'production', limits: { bytesPerSecond: 500_000 } };
  });
  await using role = await createRole(world);
  const clone = startEnvclone(
    world,
    '--json',
    'clone',
    'production',
    'test',
    '--confirm',
    'test',
    '--on-trouble',
    'wait',
  );
  const operationId = await clone.operationId;
  for await (const { stage } of world.cloner.watch(operationId)) if (stage === 'copy') break;
  await role.changePassword();
  const { code, stdout, stderr } = await clone.exit;

  expect({ code, stderr, ...JSON.parse(stdout) }).toMatchObject({
    code: 5,
    status: 'waiting',
    operationId,
    intervention: { step: 'copy', code: 'AUTHENTICATION_FAILED', choices: ['retry', 'rollback'] },
  });
  expect(stderr).toContain(`envclone resolve ${operationId} retry`);
  expect(await envclone('-C', world.directory, 'resolve', operationId)).toMatchObject({
    code: 5,
    stdout: expect.stringContaining('needed: Correct DATABASE_URL in the .env file of that environment.'),
  });
  expect(await envclone('-C', world.directory, 'resolve', operationId, 'skip')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining(
      'RESOLUTION_REFUSED: copy cannot be answered with skip, but with retry or rollback',
    ),
  });

  await role.correctSettings();
  expect(await envclone('-C', world.directory, 'resolve', operationId, 'retry')).toMatchObject({ code: 0 });
  const states: string[] = [];
  for await (const { status } of world.cloner.watch(operationId)) states.push(status);
  expect(states.at(-1)).toBe('completed');
  expect((await rowHashes(world.target.url)).readings).toMatch(/^8000 /);
  expect(await envclone('-C', world.directory, 'resolve', operationId)).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('waits for nobody'),
  });
  for (const args of [[operationId, 'retry'], ['clone-test-unknown'], ['clone-test-unknown', 'retry']])
    expect(await envclone('-C', world.directory, 'resolve', ...args)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('RESOLUTION_REFUSED'),
    });
}, 240_000);

test('where nobody is at a terminal, nobody is waited for, unless flag or configuration say so', async () => {
  await using world = await createWorld({ source: 'create table t (id int)' });
  const sent = async (...flags: string[]) => {
    const args = ['clone', 'production', 'test', '--confirm', 'test', '--detach', ...flags];
    const operationId = (await envclone('-C', world.directory, ...args)).stdout.trim();
    for await (const _ of world.cloner.watch(operationId)); // until it has ended
    return (await inputOf(operationId)).onTrouble;
  };

  expect(await sent()).toBe('rollback');
  expect(await sent('--on-trouble', 'wait')).toBe('wait');
  const back = ['rollback', 'test', '--confirm', 'test', '--on-trouble', 'wait', '--json'];
  const { operationId } = JSON.parse((await envclone('-C', world.directory, ...back)).stdout);
  expect((await inputOf(operationId)).onTrouble).toBe('wait');
  await world.configure((config) => {
    config.operations = { onTrouble: 'wait' };
  });
  expect(await sent()).toBeUndefined();
}, 240_000);

function startEnvclone({ directory }: World, ...args: string[]) {
  const child = spawn(process.execPath, [MAIN, '-C', directory, ...args]);
  const output = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk) => (output.stdout += chunk));
  const operationId = new Promise<string>((resolve) => {
    child.stderr.on('data', (chunk) => {
      output.stderr += chunk;
      const [, id] = /operation (\S+)\n/.exec(output.stderr) ?? [];
      if (id) resolve(id);
    });
  });
  const exit = new Promise<Run>((resolve) => {
    child.once('close', (code) => resolve({ code: code ?? -1, ...output }));
  });
  return { operationId, exit };
}

/** Whom the target's .env file names. */
async function createRole(world: World) {
  const user = `rotated_${world.target.name}`;
  const server = inject('postgresUrls')[17];
  const settings = (password: string) => {
    const url = new URL(world.target.url);
    [url.username, url.password] = [user, password];
    return world.environment('test', { DATABASE_URL: url.toString(), ENVCLONE_MASK_KEY: MASK_KEY });
  };
  await onServer(server, `create role ${user} superuser login password 'old'`);
  await settings('old');
  return {
    async changePassword() {
      await onServer(server, `alter role ${user} password 'new'`);
      await onServer(server, `select pg_terminate_backend(pid) from pg_stat_activity where usename = '${user}'`);
    },
    correctSettings: () => settings('new'),
    async [Symbol.asyncDispose]() {
      await world.target.run(`reassign owned by ${user} to current_user; drop role ${user}`);
    },
  };
}

async function inputOf(operationId: string): Promise<CloneInput> {
  const connection = await Connection.connect({ address: inject('temporalAddress') });
  const { events } = await new Client({ connection }).workflow.getHandle(operationId).fetchHistory();
  await connection.close();
  const [payload] = events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads ?? [];
  return JSON.parse(Buffer.from(payload?.data ?? []).toString()) as CloneInput;
}
