import type { LocalPostgres } from '../examples/local-postgres.js';
import type { Metered } from './meter.js';
import type { CpuByKind } from './server-cpu.js';

/** One line of the table: what is measured, against what, and the limit. */
export interface BenchRow {
  name: string;
  title: string;
  /** What the judged number is. */
  judges: string;
  limit: number;
  /** Why it cannot run on this machine. */
  unavailable?(): string | undefined;
  /** Makes the data, outside of what is measured. Ends what it started with the bench. */
  prepare(bench: Bench): Promise<PreparedRow>;
}

export interface PreparedRow {
  /** Run in turn: A B A B … */
  sides: Side[];
  /** Of one measurement, what the medians and ratios are about. Default: its seconds. */
  figure?(measurement: Measurement): number;
  /** The sides whose figures are divided. Default: the first by the second. */
  compares?: [number, number];
  /** Names of sides: the highest of their medians is judged, and nothing is divided. */
  highestOf?: string[];
  /** What a reader has to know to read the number. */
  notes?: string[];
}

export interface Side {
  name: string;
  /** What runs, for people. */
  what: string;
  /** Empties the target; not measured. */
  reset(): Promise<void>;
  run(): Promise<Measurement>;
}

export interface Measurement extends Metered {
  /** Resident memory at its highest: of our process (VmHWM); of a command, all its processes together. */
  peakBytes: number;
  rows?: number;
  bytes?: number;
  stages?: StageTime[];
  /** Of the server's processes, whole runs: what no raw cloner does is under `apart`. */
  serverCpu?: CpuByKind;
}

export interface StageTime extends Metered {
  stage: string;
  /** Whether the other side does it too; what it does not is in no comparison. */
  isCompared: boolean;
}

/** What rows share in one run: a server, and databases that are made once. */
export interface Bench {
  server: LocalPostgres;
  /** 2000 is the size that the limits are about. */
  scale: number;
  /** Of the sample company; the same as `scale` unless it is given. */
  loftScale: number;
  /** For files; goes when the bench ends. */
  directory: string;
  /** The database of that name, made by `make` the first time it is asked for. Returns the superuser's URL. */
  database(name: string, make: (name: string) => Promise<unknown>): Promise<string>;
  /** Ends with the bench, the last one first. */
  atEnd(stop: () => Promise<void>): void;
  say(line: string): void;
}
