import { setTimeout as sleep } from 'node:timers/promises';
import type { SourceLimits } from '../../contracts/environments.js';
import { translatePostgresError } from '../postgres/errors.js';
import type { Session } from '../postgres/session.js';
import type { ReadOnlySource } from '../safety/proofs.js';
import { type Barrier, createBarrier } from './barrier.js';
import { passedLimits, readLoad, type SourceLoad } from './source-load.js';

export interface LoadWatchInput {
  source: ReadOnlySource;
  limits: SourceLimits;
  signal: AbortSignal;
  everyMs: number;
  /** Once when copying stops asking, and again when another limit is the reason. */
  onWait(reason: string): void;
  onResume?(): void;
}

export interface LoadWatch extends AsyncDisposable {
  /** While set: wait for it. Rejects when the load can no longer be known. */
  readonly held: Promise<void> | undefined;
}

/** A source that cannot be asked is not assumed to be idle: after this many failures in a row the copy fails, to be tried again. */
const MOST_FAILURES = 3;
const LOOK_TIMEOUT_MS = 10_000;

/** Looks at the load of a source again and again. Holds until the first look. */
export function watchLoad({ source, limits, signal, everyMs, onWait, onResume }: LoadWatchInput): LoadWatch {
  const ending = new AbortController();
  const ended = AbortSignal.any([signal, ending.signal]);
  let barrier: Barrier | undefined = createBarrier();
  let reasons = '';

  function judge(load: SourceLoad): void {
    const passed = passedLimits(load, limits);
    const names = passed.map(({ name }) => name).join();
    if (names !== '') {
      barrier ??= createBarrier();
      if (names !== reasons) onWait(`${source.environment}: ${passed.map(({ figures }) => figures).join('; ')}`);
    } else {
      barrier?.open();
      barrier = undefined;
      if (reasons !== '') onResume?.();
    }
    reasons = names;
  }

  async function watch(): Promise<void> {
    let session: Session | undefined;
    for (let failures = 0; !ended.aborted; await pause(everyMs, ended)) {
      try {
        session ??= await source.connect({ purpose: 'load', signal: ended });
        judge(await look(session));
        failures = 0;
      } catch (error) {
        await session?.close();
        session = undefined;
        if (ended.aborted || ++failures < MOST_FAILURES) continue;
        barrier ??= createBarrier();
        barrier.fail(lookFailure(error, source.environment));
        return;
      }
    }
    await session?.close();
  }

  const watching = watch();
  ended.addEventListener('abort', () => (signal.aborted ? barrier?.fail(signal.reason) : barrier?.open()), {
    once: true,
  });
  return {
    get held() {
      return barrier?.opened;
    },
    async [Symbol.asyncDispose]() {
      ending.abort();
      await watching;
    },
  };
}

/** A server that does not answer loses its session. */
async function look(session: Session): Promise<SourceLoad> {
  const tooLong = setTimeout(() => void session.close(), LOOK_TIMEOUT_MS);
  try {
    return await readLoad(session);
  } finally {
    clearTimeout(tooLong);
  }
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => {}); // the loop sees that it has ended
}

function lookFailure(error: unknown, environment: string): Error {
  return translatePostgresError(error, {
    doing: 'looking at the load of the source',
    environment,
    otherwise: 'CONNECTION_FAILED',
  });
}
