import type { Machine } from './machine.js';
import type { BenchRow, Measurement, PreparedRow } from './row.js';
import { median } from './statistics.js';

export interface SideResult {
  name: string;
  what: string;
  /** By run, what is compared. */
  figures: number[];
  median: Omit<Measurement, 'stages' | 'serverCpu'>;
  runs: Measurement[];
}

/** What one row came to, as its JSON file holds it. */
export type RowResult = RowHead &
  (
    | { status: 'met' | 'missed'; value: number; pairs?: { lowest: number; highest: number }; sides: SideResult[] }
    | { status: 'skipped'; reason: string }
  );

export interface RowHead {
  name: string;
  title: string;
  judges: string;
  limit: number;
  notes: string[];
  /** When it ended, ISO 8601. */
  at: string;
  scale: number;
  loftScale: number;
  machine: Machine;
}

/** Ratio of medians against the limit, and how far the ratios of the pairs that ran one after the other are apart. */
export function judge(
  row: Pick<BenchRow, 'limit'>,
  { sides, figure = ({ seconds }) => seconds, compares, highestOf }: PreparedRow,
  measurements: Measurement[][],
): Omit<Extract<RowResult, { status: 'met' | 'missed' }>, keyof RowHead> {
  const figures = measurements.map((runs) => runs.map(figure));
  const judged = highestOf
    ? { value: Math.max(...figures.filter((_, index) => highestOf.includes(sides[index]?.name ?? '')).map(median)) }
    : ratioOf(figures, compares);
  return {
    status: judged.value <= row.limit ? 'met' : 'missed',
    ...judged,
    sides: sides.map(({ name, what }, index) => ({
      name,
      what,
      figures: figures[index] ?? [],
      median: medians(measurements[index] ?? []),
      runs: measurements[index] ?? [],
    })),
  };
}

function ratioOf(figures: number[][], [one, other]: [number, number] = [0, 1]) {
  const [of, by] = [figures[one] ?? [], figures[other] ?? []];
  const ratios = of.map((each, run) => each / (by[run] ?? Number.NaN));
  return {
    value: median(of) / median(by),
    pairs: { lowest: Math.min(...ratios), highest: Math.max(...ratios) },
  };
}

function medians(runs: Measurement[]): SideResult['median'] {
  const of = (pick: (run: Measurement) => number) => median(runs.map(pick));
  const [first] = runs;
  return {
    seconds: of(({ seconds }) => seconds),
    cpuSeconds: of(({ cpuSeconds }) => cpuSeconds),
    machineCpuSeconds: of(({ machineCpuSeconds }) => machineCpuSeconds),
    peakBytes: of(({ peakBytes }) => peakBytes),
    ...(first?.rows !== undefined && { rows: of(({ rows = 0 }) => rows) }),
    ...(first?.bytes !== undefined && { bytes: of(({ bytes = 0 }) => bytes) }),
  };
}
