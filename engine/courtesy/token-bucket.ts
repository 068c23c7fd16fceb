export interface TokenBucket {
  /** Takes tokens, and goes into debt for them. Milliseconds to wait before more are taken; 0 when none are worth it. */
  take(tokens: number): number;
}

/** What a pause in the demand saves up, so that bursts of work keep the rate: this much time's worth. */
const SAVED_MS = 200;
/** Shorter waits are left to the next: a timer is not that exact. */
const SHORTEST_WAIT_MS = 10;

/** Lets `perSecond` tokens pass each second on average. Starts empty. */
export function createTokenBucket(perSecond: number): TokenBucket {
  let paidUntil = performance.now();
  return {
    take(tokens) {
      const now = performance.now();
      paidUntil = Math.max(paidUntil, now - SAVED_MS) + (tokens / perSecond) * 1000;
      const wait = paidUntil - now;
      return wait < SHORTEST_WAIT_MS ? 0 : wait;
    },
  };
}
