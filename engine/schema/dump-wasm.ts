import { createRequire } from 'node:module';
import { MessageChannel, Worker } from 'node:worker_threads';
import type { DumpJob } from './dump.js';
import { dumpFailure } from './dump-failure.js';
import { WASM_WORKER } from './wasm-worker.js';
import { openWire } from './wire.js';

type FromWorker = { send: Uint8Array } | { text: string } | { failure: string };

/** pg_dump 18 as WebAssembly, in a thread of its own, over a connection that this thread has opened and authenticated. */
export async function dumpWithWasm({ url, environment, application, options, signal }: DumpJob): Promise<string> {
  await using wire = await openWire({ url, environment, application });
  const { port1: toWorker, port2: answers } = new MessageChannel();
  const gate = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(WASM_WORKER, {
    eval: true,
    workerData: { module: modulePath(), gate, answers, options },
    transferList: [answers],
    stdout: true,
    stderr: true,
  });
  try {
    return await new Promise<string>((resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
      worker.once('error', reject);
      worker.once('exit', () => reject(dumpFailure(environment, 'pg_dump ended without an answer')));
      worker.on('message', (message: FromWorker) => {
        if ('text' in message) return resolve(message.text);
        if ('failure' in message) return reject(dumpFailure(environment, saidByProgram(message.failure)));
        wire.exchange(message.send).then((answer) => {
          toWorker.postMessage(answer);
          Atomics.store(gate, 0, 1);
          Atomics.notify(gate, 0);
        }, reject);
      });
    });
  } finally {
    await worker.terminate();
    toWorker.close();
  }
}

/** The CommonJS build, which a thread without a file of its own can load. */
function modulePath(): string {
  return createRequire(import.meta.url).resolve('@electric-sql/pglite-tools/pg_dump');
}

function saidByProgram(failure: string): string {
  return failure.replace(/^pg_dump failed with exit code \d+\.\s*Error message:\s*/, '');
}
