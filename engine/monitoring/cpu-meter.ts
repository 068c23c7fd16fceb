/** Shares the CPU time of this process, its threads included, among what runs in it at the same time. */
export interface CpuMeter {
  /** Begins a share. What it returns ends it, and says how many milliseconds it came to. */
  start(): () => number;
}

/** Several of a process would each share all of its time: make one. `readMs` is for tests. */
export function createCpuMeter(readMs: () => number = processCpuMs): CpuMeter {
  const shares = new Set<{ ms: number }>();
  let readAt = readMs();

  /** Whoever ran since the last reading ran all the time since. */
  function settle(): void {
    const now = readMs();
    for (const share of shares) share.ms += (now - readAt) / shares.size;
    readAt = now;
  }

  return {
    start() {
      settle();
      const share = { ms: 0 };
      shares.add(share);
      return () => {
        if (shares.has(share)) settle();
        shares.delete(share);
        return share.ms;
      };
    },
  };
}

function processCpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
