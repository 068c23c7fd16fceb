import { createCloneDirectory } from '../clone-directory.js';
import { PEOPLE_RULES, peopleDatabase } from '../data/people.js';
import { stageSeconds } from '../our-clone.js';
import type { Bench, BenchRow, Side } from '../row.js';
import { ourSide } from './sides.js';

const MILLIONS_AT_FULL_SCALE = [1, 10, 30];

/** Whether the work for one row stays the same as the table grows. */
export const growth: BenchRow = {
  name: 'growth',
  title: 'time a row as the table grows: 30 M / 1 M',
  judges: "the copy stage's seconds a row / seconds a row",
  limit: 1.1,
  async prepare(bench) {
    const sides = await Promise.all(MILLIONS_AT_FULL_SCALE.map((millions) => sideOf(bench, millions)));
    return {
      sides,
      compares: [sides.length - 1, 0],
      figure: (measurement) => stageSeconds(measurement, 'copy') / (measurement.rows ?? Number.NaN),
      notes: ['One table, masked. Every run is a new process: the smallest table carries its start.'],
    };
  },
};

async function sideOf(bench: Bench, millions: number): Promise<Side> {
  const rows = Math.max(1_000, Math.round((millions * 1_000_000 * bench.scale) / 2000));
  const { directory } = await createCloneDirectory(bench, await peopleDatabase(bench, rows), { given: PEOPLE_RULES });
  return ourSide(bench, `${millions} M`, { directory, comparedStages: true });
}
