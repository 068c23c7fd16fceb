import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, openSync, statSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import { ConnectionError } from '../contracts/errors.js';
import type { RunningWorker } from '../worker/start-worker.js';
import { answers, startTemporalServer, type TemporalServer } from './temporal-server.js';

/** A Temporal server and a worker that belong to one directory. */
export interface StackState {
  pid: number;
  address: string;
  uiUrl: string;
  /** Hash of its program and settings; with others it is replaced once it is idle. */
  build: string;
}

const MAIN = fileURLToPath(new URL('./cli/main.js', import.meta.url));
const START_MS = 90_000;
const IDLE_MS = 10 * 60_000;
const LOOK_MS = 15_000;

/** The directory's own stack, started in the background when it is not running; it outlives the command that started it. */
export async function ensureStack(directory: string, say: (line: string) => void): Promise<StackState> {
  const running = await runningStack(directory);
  if (running && (running.build === currentBuild() || (await isBusy(running.address)))) return running;
  if (running) await stopStack(directory);
  const folder = stateFolder(directory);
  const log = openSync(join(folder, 'up.log'), 'a', 0o600);
  say(`starting a Temporal server and a worker of this directory (log: ${join('.envclone', 'up.log')})`);
  const child = spawn(process.execPath, [MAIN, '-C', directory, 'up', '--background'], {
    detached: true,
    stdio: ['ignore', log, log],
  });
  child.unref();
  const until = Date.now() + START_MS;
  while (Date.now() < until) {
    const started = await runningStack(directory);
    if (started) return started;
    await sleep(300);
  }
  throw new ConnectionError('TEMPORAL_UNAVAILABLE', 'the local Temporal server and worker did not start', {
    next: `Read ${join(folder, 'up.log')}, or run in the foreground: envclone up`,
  });
}

export async function runningStack(directory: string): Promise<StackState | undefined> {
  const text = await readFile(stateFile(directory), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const state = JSON.parse(text) as StackState;
  return isAlive(state.pid) && (await answers(state.address)) ? state : undefined;
}

/** Ends the directory's stack; what it runs goes on when it is started again. */
export async function stopStack(directory: string): Promise<boolean> {
  const state = await runningStack(directory);
  if (!state) return false;
  process.kill(state.pid, 'SIGTERM');
  const until = Date.now() + 40_000;
  while (isAlive(state.pid) && Date.now() < until) await sleep(200);
  return true;
}

export interface RunStackInput {
  directory: string;
  startWorker(address: string): Promise<RunningWorker>;
  onReady?(state: StackState): void;
  /** Ends by itself when nothing has run for ten minutes. */
  endsWhenIdle?: boolean;
  signal: AbortSignal;
}

/** Runs server and worker until the signal aborts. Returns `false` when another process runs them already. */
export async function runStack(input: RunStackInput): Promise<boolean> {
  const { directory, startWorker, onReady, endsWhenIdle = false, signal } = input;
  if (await runningStack(directory)) return false;
  const file = join(stateFolder(directory), 'temporal.db');
  const server = await startTemporalServer({ file });
  let worker: RunningWorker | undefined;
  try {
    worker = await startWorker(server.address);
    const state = { pid: process.pid, address: server.address, uiUrl: server.uiUrl, build: currentBuild() };
    await writeFile(stateFile(directory), JSON.stringify(state), { mode: 0o600 });
    onReady?.(state);
    await Promise.race([aborted(signal), server.ended, worker.run, ...(endsWhenIdle ? [idle(server, signal)] : [])]);
    return true;
  } finally {
    await rm(stateFile(directory), { force: true });
    await worker?.shutdown().catch(() => {});
    await server.stop();
  }
}

async function idle({ address }: TemporalServer, signal: AbortSignal): Promise<void> {
  let idleSince = Date.now();
  while (!signal.aborted && Date.now() - idleSince < IDLE_MS) {
    await sleep(LOOK_MS, undefined, { signal }).catch(() => {});
    if (await isBusy(address)) idleSince = Date.now();
  }
}

/** Whether an operation runs; a server that does not say is taken to be busy. */
async function isBusy(address: string): Promise<boolean> {
  try {
    const connection = await Connection.connect({ address });
    try {
      const { count } = await new Client({ connection }).workflow.count(`ExecutionStatus = 'Running'`);
      return count > 0;
    } finally {
      await connection.close();
    }
  } catch {
    return true;
  }
}

/** Program and settings: a worker has those that it was started with. */
function currentBuild(): string {
  const settings = Object.entries(process.env)
    .filter(([name]) => /^(ENVCLONE|TEMPORAL)_/.test(name))
    .sort();
  return createHash('sha256')
    .update(JSON.stringify([statSync(MAIN).mtimeMs, settings]))
    .digest('hex');
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

function stateFolder(directory: string): string {
  const folder = join(directory, '.envclone');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return folder;
}

function stateFile(directory: string): string {
  return join(directory, '.envclone', 'stack.json');
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
