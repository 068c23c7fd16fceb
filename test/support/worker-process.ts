import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { MAIN } from './envclone.js';

export interface WorkerProcess extends AsyncDisposable {
  pid: number;
  /** Ends it at once: it can tell nobody. */
  kill(): Promise<void>;
}

export interface WorkerProcessInput {
  /** Beside those of this process. */
  variables?: Record<string, string>;
  /** Takes what it writes. */
  log?: string;
}

/** `envclone worker`, as it was built, in a process of its own; polls when this resolves, and stops when disposed. */
export async function startWorkerProcess(
  directory: string,
  { variables = {}, log }: WorkerProcessInput = {},
): Promise<WorkerProcess> {
  const child = spawn(process.execPath, [MAIN, '-C', directory, 'worker'], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, ...variables },
  });
  if (log !== undefined) child.stderr.pipe(createWriteStream(log, { flags: 'a' }));
  const stop = (signal: NodeJS.Signals) => ended(child, signal);
  for await (const line of createInterface(child.stderr)) {
    if (line.includes('polling task queue')) break;
  }
  child.stderr.resume();
  if (child.pid === undefined || child.exitCode !== null) throw new Error('the worker ended before it polled');
  return { pid: child.pid, kill: () => stop('SIGKILL'), [Symbol.asyncDispose]: () => stop('SIGTERM') };
}

async function ended(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill(signal);
  await exit;
}
