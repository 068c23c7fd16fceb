import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { Connection } from '@temporalio/client';
import { freePort } from '../../examples/local-postgres.js';

export interface TestTemporal {
  address: string;
  stop(): Promise<void>;
}

/** A real Temporal server of its own, in memory, on free ports. */
export async function startTemporal(program: string): Promise<TestTemporal> {
  const port = await freePort();
  const server = spawn(
    program,
    [
      'server',
      'start-dev',
      '--headless',
      '--port',
      String(port),
      '--http-port',
      String(await freePort()),
      '--metrics-port',
      String(await freePort()),
      '--log-level',
      'error',
    ],
    { stdio: 'ignore' },
  );
  const stopOnExit = () => server.kill('SIGKILL');
  process.once('exit', stopOnExit);
  const address = `127.0.0.1:${port}`;
  await ready(address);
  return {
    address,
    async stop() {
      process.removeListener('exit', stopOnExit);
      const exit = new Promise((resolve) => server.once('exit', resolve));
      server.kill('SIGTERM');
      await Promise.race([exit, sleep(5_000).then(() => server.kill('SIGKILL'))]);
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
