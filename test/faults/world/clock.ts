import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The time of day of processes started with `variables`, by libfaketime; without it (`apt install libfaketime`) it cannot be moved. */
export interface Clock {
  variables: Record<string, string>;
  canJump: boolean;
  jump(seconds: number): void;
  reset(): void;
}

/** Only the time of day jumps, as when somebody sets a clock: what measures durations goes on. */
const LIBRARY = '/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1';

export function makeClock(directory: string): Clock {
  const file = join(directory, 'clock');
  const jump = (seconds: number) => writeFileSync(file, `${seconds < 0 ? '-' : '+'}${Math.abs(seconds)}`);
  jump(0);
  const canJump = existsSync(LIBRARY);
  return {
    canJump,
    variables: canJump
      ? {
          LD_PRELOAD: LIBRARY,
          FAKETIME_TIMESTAMP_FILE: file,
          FAKETIME_CACHE_DURATION: '1',
          FAKETIME_DONT_FAKE_MONOTONIC: '1',
          DONT_FAKE_MONOTONIC: '1',
        }
      : {},
    jump,
    reset: () => jump(0),
  };
}
