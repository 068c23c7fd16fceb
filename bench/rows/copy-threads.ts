import { createCloneDirectory } from '../clone-directory.js';
import { PEOPLE_RULES, peopleDatabase } from '../data/people.js';
import { stageSeconds } from '../our-clone.js';
import type { BenchRow } from '../row.js';
import { ourSide } from './sides.js';

const ROWS_AT_FULL_SCALE = 10_000_000;

/** Whether the chunks of one table are copied beside each other. */
export const copyThreads: BenchRow = {
  name: 'copy-threads',
  title: 'one 10 M-row table: two copy threads / one',
  judges: "the copy stage's seconds / seconds",
  limit: 0.65,
  async prepare(bench) {
    const rows = Math.max(10_000, Math.round((ROWS_AT_FULL_SCALE * bench.scale) / 2000));
    const { directory } = await createCloneDirectory(bench, await peopleDatabase(bench, rows), { given: PEOPLE_RULES });
    const job = { directory, comparedStages: true };
    return {
      sides: [ourSide(bench, 'two', { ...job, lanes: 2 }), ourSide(bench, 'one', { ...job, lanes: 1 })],
      figure: (measurement) => stageSeconds(measurement, 'copy'),
      notes: [
        `${rows} rows, masked. Both servers and the copier share this machine's cores; the CPU time of the machine over the seconds of stage copy, both in the JSON, says how many were busy.`,
      ],
    };
  },
};
