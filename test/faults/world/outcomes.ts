import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { FAULTS } from '../catalog/index.js';
import { SCALE } from './fault-world.js';
import { MOMENTS } from './moments.js';
import type { FaultRun } from './run-fault.js';

/** One run a line, as JSON. */
const FILE = fileURLToPath(new URL('../results/outcomes.jsonl', import.meta.url));

export type Outcome = FaultRun & { scale: number; at: string };

export function recordOutcome(run: FaultRun): void {
  mkdirSync(dirname(FILE), { recursive: true });
  appendFileSync(FILE, `${JSON.stringify({ ...run, scale: SCALE, at: new Date().toISOString() } satisfies Outcome)}\n`);
}

/** The last of each fault and moment. */
export function readOutcomes(): Outcome[] {
  if (!existsSync(FILE)) return [];
  const lines = readFileSync(FILE, 'utf8').split('\n').filter(Boolean);
  const runs = lines.map((line) => JSON.parse(line) as Outcome);
  return [...new Map(runs.map((run) => [`${run.fault}/${run.moment}`, run])).values()];
}

/** A line a fault, a column a moment, in Markdown. */
export function outcomeTable(outcomes: readonly Outcome[]): string {
  const met = new Set(outcomes.map(({ fault }) => fault));
  const faults = FAULTS.map(({ name }) => name).filter((name) => met.has(name));
  const cell = (fault: string, moment: string) => {
    const run = outcomes.find((outcome) => outcome.fault === fault && outcome.moment === moment);
    if (!run) return 'not run';
    const broken = run.broken.length > 0 ? '**broken** ' : '';
    return `${broken}${run.outcome} (${run.strategy}, ${Math.round(run.seconds)} s)`;
  };
  const rows = faults.map((fault) => [fault, ...MOMENTS.map((moment) => cell(fault, moment))]);
  const table = [['fault', ...MOMENTS], ['---', ...MOMENTS.map(() => '---')], ...rows];
  return table.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
