import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { Connection } from '@temporalio/client';
import { freePort } from '../../examples/local-postgres.js';

export interface TestTemporal {
  address: string;
  /** Ends it at once: what it has not written is lost. */
  kill(): Promise<void>;
  /** On the same ports and file, once it was killed. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

export interface TestTemporalInput {
  /** Its database. Default: in memory. */
  file?: string;
  /** Where it writes to. Default: nowhere. */
  log?: string;
}

/** A real Temporal server of its own, on free ports. */
export async function startTemporal(program: string, { file, log }: TestTemporalInput = {}): Promise<TestTemporal> {
  const [port, httpPort, metricsPort] = [await freePort(), await freePort(), await freePort()];
  const address = `127.0.0.1:${port}`;
  const ports = { '--port': port, '--http-port': httpPort, '--metrics-port': metricsPort };
  const options = Object.entries(ports).flatMap(([name, value]) => [name, String(value)]);
  if (file) options.push('--db-filename', file);
  const start = async () => {
    const output = log === undefined ? 'ignore' : openSync(log, 'a');
    const server = spawn(program, ['server', 'start-dev', '--headless', '--log-level', 'error', ...options], {
      stdio: ['ignore', output, output],
    });
    if (typeof output === 'number') closeSync(output);
    await ready(address);
    return server;
  };
  let server = await start();
  const end = async (signal: NodeJS.Signals) => {
    if (server.exitCode !== null || server.signalCode !== null) return;
    const ending = server; // another one may be started before the timer is due
    const exit = new Promise((resolve) => ending.once('exit', resolve));
    ending.kill(signal);
    const impatient = setTimeout(() => ending.kill('SIGKILL'), 5_000);
    await exit;
    clearTimeout(impatient);
  };
  const stopOnExit = () => server.kill('SIGKILL');
  process.once('exit', stopOnExit);
  return {
    address,
    kill: () => end('SIGKILL'),
    async start() {
      server = await start();
    },
    async stop() {
      process.removeListener('exit', stopOnExit);
      await end('SIGTERM');
    },
  };
}

async function ready(address: string): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    try {
      const connection = await Connection.connect({ address, connectTimeout: '2s' });
      await connection.workflowService.describeNamespace({ namespace: 'default' });
      return await connection.close();
    } catch (error) {
      if (attempt === 150) throw error;
      await sleep(200);
    }
  }
}
