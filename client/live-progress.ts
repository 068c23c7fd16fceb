import { type CloneOperation, type CopyHeartbeat, type CopyProgress, STAGE_STARTS_AT } from '../contracts/clone.js';

/** Follows one operation between two looks at it. */
export interface LiveProgress {
  /** The operation as its workflow knows it, with what its copies under way have done, their rate and the time left. */
  merge(operation: CloneOperation, running: readonly CopyHeartbeat[], nowMs?: number): CloneOperation;
}

const SHOWN_TABLES = 8;

export function createLiveProgress(): LiveProgress {
  const window = createRateWindow();
  return {
    merge(operation, running, nowMs = Date.now()) {
      if (!operation.copy || operation.stage !== 'copy') return operation;
      const copy = withRunning(operation.copy, running);
      const bytesPerSecond = operation.paused ? undefined : window.add(nowMs, copy.doneBytes);
      const left = copy.sizeBytes - copy.doneBytes;
      return {
        ...operation,
        progress: Math.max(operation.progress, percentOf(copy)),
        copy: {
          ...copy,
          ...(bytesPerSecond !== undefined && { bytesPerSecond: Math.round(bytesPerSecond) }),
          ...(bytesPerSecond && { etaSeconds: Math.ceil(left / bytesPerSecond) }),
        },
      };
    },
  };
}

function withRunning(copy: CopyProgress, running: readonly CopyHeartbeat[]): CopyProgress {
  const most = (unit: number) => copy.currentSizes?.[unit] ?? Number.POSITIVE_INFINITY;
  const bytes = running.reduce((sum, beat) => sum + Math.min(beat.bytes, most(beat.unit)), 0);
  const tables = new Set([...running.map(({ table }) => table), ...copy.current]);
  return {
    ...copy,
    doneBytes: Math.min(copy.sizeBytes, copy.doneBytes + bytes),
    doneRows: copy.doneRows + running.reduce((sum, { rows }) => sum + rows, 0),
    current: [...tables].slice(0, SHOWN_TABLES),
    running: [...running],
  };
}

function percentOf({ sizeBytes, doneBytes }: CopyProgress): number {
  const share = sizeBytes > 0 ? doneBytes / sizeBytes : 0;
  return Math.round(STAGE_STARTS_AT.copy + (STAGE_STARTS_AT.finish - STAGE_STARTS_AT.copy) * share);
}

const WINDOW_MS = 30_000;
/** Heartbeats come every few seconds: over less, their steps would be the rate. */
const SHORTEST_MS = 4_000;

function createRateWindow() {
  let looks: { at: number; bytes: number }[] = [];
  return {
    /** Bytes a second since the oldest look in the window; `undefined` while that is too short a time. */
    add(at: number, bytes: number): number | undefined {
      const last = looks.at(-1);
      if (last && bytes < last.bytes) looks = []; // a new snapshot, or an activity that began again
      looks.push({ at, bytes });
      while (looks.length > 2 && at - (looks[1]?.at ?? at) >= WINDOW_MS) looks.shift();
      const first = looks[0];
      if (!first || at - first.at < SHORTEST_MS) return undefined;
      return ((bytes - first.bytes) * 1000) / (at - first.at);
    },
  };
}
