import { parentPort, workerData } from 'node:worker_threads';
import { copyUnit } from '../activities/copy-unit.js';
import { failureFields } from '../activities/failure-fields.js';
import type { CopyUnitInput } from '../contracts/stages.js';
import type { FromThread, ThreadData, ToThread } from './copy-threads.js';
import { createLogger } from './logger.js';
import { createServicesOpener } from './services.js';

/**
 * A copying thread: one unit at a time, with connections and configuration of its own. Nothing secret comes or goes by message. That production
 * is read was told when the clone was admitted.
 */
const { directory } = workerData as ThreadData;
const open = createServicesOpener({ directory, logger: createLogger(), silent: ['production_read'] });
let abort = new AbortController();

parentPort?.on('message', (message: ToThread) => {
  if (message === 'cancel') abort.abort();
  else void run(message);
});

async function run(input: CopyUnitInput): Promise<void> {
  abort = new AbortController();
  try {
    const { signal } = abort;
    send({ totals: await copyUnit(await open(), input, { signal, progress: (heartbeat) => send({ heartbeat }) }) });
  } catch (error) {
    send({ failure: failureFields(error) });
  }
}

function send(message: FromThread): void {
  parentPort?.postMessage(message);
}
