import type { RowResult, SideResult } from '../result.js';

const LIMIT_MB = 256;
const OURS = /^envclone/;

/** The highest resident memory of any of our clones in these results; for a side of Temporal that is worker and client in one process. */
export function memoryRow(results: RowResult[]): RowResult {
  const sides = results.flatMap((result) =>
    result.status === 'skipped' ? [] : result.sides.map((side) => ofRow(result, side)),
  );
  const ours = sides.filter(({ what }) => OURS.test(what));
  const value = Math.max(0, ...ours.flatMap(({ figures }) => figures));
  const [{ scale, loftScale, machine } = missing()] = results;
  const head = {
    name: 'memory',
    title: "worker's peak resident memory, any of these",
    judges: 'MB (2^20 bytes), VmHWM',
    limit: LIMIT_MB,
    notes: ['Guard, restore point and validation are included.'],
    at: new Date().toISOString(),
    scale,
    loftScale,
    machine,
  };
  if (ours.length === 0) return { ...head, status: 'skipped', reason: 'none of our clones ran' };
  return { ...head, status: value <= LIMIT_MB ? 'met' : 'missed', value, sides: ours };
}

/** The side again, with its peaks as figures and without its runs, which its own row keeps. */
function ofRow({ name }: RowResult, side: SideResult): SideResult {
  const figures = side.runs.map(({ peakBytes }) => peakBytes / 2 ** 20);
  return { ...side, name: `${name}: ${side.name}`, figures, runs: [] };
}

function missing(): never {
  throw new Error('no results');
}
