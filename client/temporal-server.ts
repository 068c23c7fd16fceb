import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Connection } from '@temporalio/client';
import { ConnectionError } from '../contracts/errors.js';
import { findTemporalProgram } from './temporal-program.js';

export interface TemporalServer {
  /** `host:port` */
  address: string;
  uiUrl: string;
  /** Settles when the server has ended. */
  ended: Promise<void>;
  stop(): Promise<void>;
}

export interface TemporalServerInput {
  /** The server's database; absent: in memory. */
  file?: string;
  /** Default: a free one. */
  port?: number;
  uiPort?: number;
}

const START_MS = 60_000;

/** Starts a local Temporal server and waits until its default namespace answers. @throws ConnectionError `TEMPORAL_UNAVAILABLE` */
export async function startTemporalServer(input: TemporalServerInput = {}): Promise<TemporalServer> {
  const [port, uiPort, httpPort, metricsPort] = await Promise.all([
    input.port ?? freePort(),
    input.uiPort ?? freePort(),
    freePort(),
    freePort(),
  ]);
  if (input.file) mkdirSync(dirname(input.file), { recursive: true });
  const ports = { '--port': port, '--ui-port': uiPort, '--http-port': httpPort, '--metrics-port': metricsPort };
  const server = spawn(
    findTemporalProgram(),
    [
      'server',
      'start-dev',
      ...Object.entries(ports).flatMap(([name, value]) => [name, String(value)]),
      '--log-level',
      'error',
      ...(input.file ? ['--db-filename', input.file] : []),
    ],
    { stdio: 'ignore' },
  );
  const ended = new Promise<void>((resolve) => server.once('exit', () => resolve()));
  const address = `127.0.0.1:${port}`;
  await ready(address, server);
  return {
    address,
    uiUrl: `http://127.0.0.1:${uiPort}`,
    ended,
    async stop() {
      server.kill('SIGTERM');
      await Promise.race([ended, sleep(10_000, undefined, { ref: false }).then(() => server.kill('SIGKILL'))]);
    },
  };
}

/** Whether a Temporal server answers there. */
export async function answers(address: string): Promise<boolean> {
  try {
    const connection = await Connection.connect({ address, connectTimeout: '2s' });
    try {
      await connection.workflowService.describeNamespace({ namespace: 'default' });
      return true;
    } finally {
      await connection.close();
    }
  } catch {
    return false;
  }
}

async function ready(address: string, server: ChildProcess): Promise<void> {
  const until = Date.now() + START_MS;
  while (Date.now() < until && server.exitCode === null) {
    if (await answers(address)) return;
    await sleep(200);
  }
  server.kill('SIGKILL');
  throw new ConnectionError('TEMPORAL_UNAVAILABLE', 'the local Temporal server did not start');
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  return typeof address === 'object' && address ? address.port : 0;
}
