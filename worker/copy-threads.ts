import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { extname } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { ApplicationFailure } from '@temporalio/activity';
import type { RunUnit } from '../activities/copy.js';
import type { CopyScope } from '../activities/copy-unit.js';
import type { FailureFields } from '../activities/failure-fields.js';
import type { CopyHeartbeat } from '../contracts/clone.js';
import type { CopyUnitInput, UnitTotals } from '../contracts/stages.js';

export interface ThreadData {
  /** Where envclone.config is. */
  directory: string;
}

export interface CopyThreadsInput extends ThreadData {
  /** What a thread runs. Default: the module beside this one. */
  program?: URL;
}

export type ToThread = CopyUnitInput | 'cancel';

/** One of them is there. */
export interface FromThread {
  heartbeat?: CopyHeartbeat;
  totals?: UnitTotals;
  failure?: FailureFields;
}

export interface CopyThreads {
  run: RunUnit;
  /** Ends all threads, at once. */
  close(): Promise<void>;
}

/** A thread has two seconds to end its statements once it is cancelled. */
const CANCEL_MS = 2_000;
/** The memory of a thread that has nothing to do is given back. */
const IDLE_MS = 5_000;
/** Rows pass through buffers outside this heap; a small young generation frees them early, and stays in the cache. */
const HEAP = { maxOldGenerationSizeMb: 256, maxYoungGenerationSizeMb: 2 };

/**
 * Copies units in threads, so that masking rows never holds up heartbeats and several cores mask at the same time. As many as the machine has
 * processors; more units wait.
 */
export function createCopyThreads({ directory, program = OWN_PROGRAM }: CopyThreadsInput): CopyThreads {
  const size = availableParallelism();
  const idle: CopyThread[] = [];
  const all = new Set<CopyThread>();
  const waiting: ((thread: CopyThread) => void)[] = [];

  function take(): CopyThread | Promise<CopyThread> {
    const thread = idle.pop();
    if (thread) return thread;
    if (all.size < size) return start();
    return new Promise((resolve) => waiting.push(resolve));
  }

  function start(): CopyThread {
    const thread = new CopyThread(program, { directory });
    all.add(thread);
    void thread.ended.then(() => {
      all.delete(thread);
      if (idle.includes(thread)) idle.splice(idle.indexOf(thread), 1);
      if (waiting.length > 0) waiting.shift()?.(start());
    });
    return thread;
  }

  function giveBack(thread: CopyThread): void {
    if (!all.has(thread)) return;
    const next = waiting.shift();
    if (next) {
      next(thread);
    } else {
      idle.push(thread);
      thread.endWhenIdle(() => idle.includes(thread));
    }
  }

  return {
    async run(input, scope) {
      const thread = await take();
      try {
        scope.signal.throwIfAborted();
        return await thread.run(input, scope);
      } finally {
        giveBack(thread);
      }
    },
    async close() {
      waiting.length = 0;
      await Promise.all([...all].map((thread) => thread.end()));
    },
  };
}

class CopyThread {
  /** Resolves once it is gone, however it went. */
  readonly ended: Promise<void>;
  readonly #worker: Worker;
  #error: unknown;

  constructor(program: URL, data: ThreadData) {
    this.#worker = startThread(program, data);
    this.#worker.unref();
    this.ended = new Promise((resolve) => {
      this.#worker.once('exit', () => resolve());
      this.#worker.once('error', (error) => {
        this.#error = error;
      });
    });
  }

  run(input: CopyUnitInput, { signal, progress }: CopyScope): Promise<UnitTotals> {
    const worker = this.#worker;
    worker.ref();
    return new Promise<UnitTotals>((resolve, reject) => {
      let deadline: NodeJS.Timeout | undefined;
      const onAbort = () => {
        worker.postMessage('cancel' satisfies ToThread);
        deadline = setTimeout(() => void worker.terminate(), CANCEL_MS);
      };
      const onExit = () => settle(() => reject(gone(this.#error)));
      const onMessage = ({ heartbeat, totals, failure }: FromThread) => {
        if (heartbeat) progress(heartbeat);
        else if (totals) settle(() => resolve(totals));
        else if (failure) settle(() => reject(ApplicationFailure.create(failure)));
      };
      function settle(how: () => void): void {
        clearTimeout(deadline);
        signal.removeEventListener('abort', onAbort);
        worker.off('message', onMessage).off('exit', onExit);
        worker.unref();
        how();
      }
      signal.addEventListener('abort', onAbort, { once: true });
      worker.on('message', onMessage).once('exit', onExit);
      worker.postMessage(input satisfies ToThread);
    });
  }

  endWhenIdle(isIdle: () => boolean): void {
    setTimeout(() => {
      if (isIdle()) void this.end();
    }, IDLE_MS).unref();
  }

  async end(): Promise<void> {
    await this.#worker.terminate();
  }
}

/** Nothing of the error but its kind: what ends a thread is a fault of the program, and may quote what it worked on. */
function gone(error: unknown): ApplicationFailure {
  const kind = error instanceof Error ? ` (${'code' in error ? String(error.code) : error.name})` : '';
  const message = `a copying thread ended before its unit was copied${kind}`;
  return ApplicationFailure.create({ type: 'UNKNOWN', message });
}

const OWN_PROGRAM = new URL(`./copy-thread${extname(import.meta.url)}`, import.meta.url);

function startThread(program: URL, data: ThreadData): Worker {
  const options = { workerData: data, resourceLimits: HEAP, execArgv: [] };
  return isSource(program) ? new Worker(loading(program), { ...options, eval: true }) : new Worker(program, options);
}

function isSource({ pathname }: URL): boolean {
  return pathname.endsWith('.ts');
}

/** Threads do not inherit what makes TypeScript run as it is. */
function loading(program: URL): string {
  const tsx = new URL(
    './dist/esm/api/index.mjs',
    pathToFileURL(createRequire(import.meta.url).resolve('tsx/package.json')),
  ).href;
  return `import(${JSON.stringify(tsx)}).then(({ register }) => { register(); return import(${JSON.stringify(program.href)}); })`;
}
