import { readdirSync, readFileSync } from 'node:fs';

export interface Metered {
  /** On the wall. */
  seconds: number;
  /** User and system time of our process, or of a command and its children. */
  cpuSeconds: number;
  /** Of the whole machine in the same time: clients, servers and everything else. */
  machineCpuSeconds: number;
}

/** Starts measuring; the returned function says what passed since. `own`: this process with the children it waited for; `children`: only those. */
export function startMeter(whose: 'own' | 'children'): () => Metered {
  const cpu = () => (whose === 'own' ? ownCpuSeconds() : 0) + childrenCpuSeconds();
  const [start, cpuBefore, machineBefore] = [performance.now(), cpu(), machineCpuSeconds()];
  return () => ({
    seconds: (performance.now() - start) / 1000,
    cpuSeconds: cpu() - cpuBefore,
    machineCpuSeconds: machineCpuSeconds() - machineBefore,
  });
}

/** The highest resident memory this process ever had. */
export function ownPeakBytes(): number {
  return statusBytes('self', 'VmHWM');
}

/** Resident memory of a process and all below it, now. Pages they share count for each. */
export function residentBytesOf(root: number): number {
  const parents = new Map<number, number>();
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    const fields = statFields(entry);
    if (fields) parents.set(Number(entry), Number(fields[1]));
  }
  const isBelow = (pid: number | undefined): boolean =>
    pid !== undefined && pid > 1 && (pid === root || isBelow(parents.get(pid)));
  return [...parents.keys()].filter(isBelow).reduce((sum, pid) => sum + statusBytes(String(pid), 'VmRSS'), 0);
}

/** What /proc counts in, on every Linux that Node.js runs on. */
const TICKS_PER_SECOND = 100;

function ownCpuSeconds(): number {
  const fields = statFields('self') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

/** What getrusage(RUSAGE_CHILDREN) says: children that ended and were waited for, with theirs. */
function childrenCpuSeconds(): number {
  const fields = statFields('self') ?? [];
  return (Number(fields[13]) + Number(fields[14])) / TICKS_PER_SECOND;
}

/** user, nice, system, irq and softirq of all cores. */
function machineCpuSeconds(): number {
  const [, user, nice, system, , , irq, softirq] = (readFileSync('/proc/stat', 'utf8').split('\n')[0] ?? '').split(
    /\s+/,
  );
  return [user, nice, system, irq, softirq].reduce((sum, ticks) => sum + Number(ticks), 0) / TICKS_PER_SECOND;
}

/** The fields after the program's name, which may hold spaces: state, parent, … */
function statFields(pid: string): string[] | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined; // it ended meanwhile
  }
}

function statusBytes(pid: string, field: 'VmHWM' | 'VmRSS'): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}
