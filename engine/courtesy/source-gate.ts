import { setTimeout as sleep } from 'node:timers/promises';
import { hasLoadLimit, type SourceLimits } from '../../contracts/environments.js';
import type { ReadOnlySource } from '../safety/proofs.js';
import { watchLoad } from './load-watch.js';
import { createTokenBucket } from './token-bucket.js';

export interface SourceGateInput {
  /** How many gates are open at once for one clone, on all hosts: each gets its part of the rate. */
  lanes: number;
  signal: AbortSignal;
  /** Called when the load of the source stops the copy, with the limits passed and their figures, and when they become others. */
  onWait(reason: string): void;
  /** Called when the copy goes on. */
  onResume?(): void;
  /** Milliseconds between two looks at the load. Default 3,000. */
  lookEveryMs?: number;
}

export interface SourceGate extends AsyncDisposable {
  /**
   * Asked about each buffer that was read: `undefined` to go on at once, else what to wait for before reading more. Rejects with the signal's
   * reason, and with a ConnectionError `CONNECTION_FAILED` when the load can no longer be known.
   */
  admit(bytes: number): Promise<void> | undefined;
}

/** Holds a copier to what its source can bear. Without limits it costs a call; with a load limit, one session on the source. */
export function openSourceGate(
  source: ReadOnlySource,
  limits: SourceLimits | undefined,
  { lanes, signal, onWait, onResume, lookEveryMs = 3_000 }: SourceGateInput,
): SourceGate {
  const bucket = limits?.bytesPerSecond === undefined ? undefined : createTokenBucket(limits.bytesPerSecond / lanes);
  const watch =
    limits && hasLoadLimit(limits)
      ? watchLoad({ source, limits, signal, everyMs: lookEveryMs, onWait, ...(onResume && { onResume }) })
      : undefined;

  function pay(bytes: number): Promise<void> | undefined {
    const waitMs = bucket?.take(bytes) ?? 0;
    return waitMs > 0 ? sleep(waitMs, undefined, { signal }) : undefined;
  }

  return {
    admit(bytes) {
      const held = watch?.held;
      return held ? held.then(() => pay(bytes)) : pay(bytes);
    },
    async [Symbol.asyncDispose]() {
      await watch?.[Symbol.asyncDispose]();
    },
  };
}
