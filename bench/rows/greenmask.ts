import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createCloneDirectory } from '../clone-directory.js';
import { isThere, measureCommand } from '../command.js';
import { PEOPLE_RULES, peopleDatabase } from '../data/people.js';
import { resetTarget, targetUrl } from '../databases.js';
import { greenmaskConfiguration } from '../greenmask-configuration.js';
import type { Bench, BenchRow, Side } from '../row.js';
import { COMPARED_NOTE, ourSide } from './sides.js';

const ROWS_AT_FULL_SCALE = 10_000_000;

/** Against the open cloner that masks. On a table whose rules both can express, so that both do the same. */
export const greenmask: BenchRow = {
  name: 'masked-greenmask',
  title: 'masked clone / Greenmask with equal rules',
  judges: 'seconds / seconds',
  limit: 0.2,
  unavailable: () => (isThere('greenmask') ? undefined : 'greenmask is not on PATH'),
  async prepare(bench) {
    const rows = Math.max(10_000, Math.round((ROWS_AT_FULL_SCALE * bench.scale) / 2000));
    const sourceUrl = await peopleDatabase(bench, rows);
    const { directory } = await createCloneDirectory(bench, sourceUrl, { given: PEOPLE_RULES });
    const rules = PEOPLE_RULES.map(({ columnName }) => columnName).join(', ');
    return {
      sides: [ourSide(bench, 'masked', { directory, comparedStages: true }), await greenmaskSide(bench, sourceUrl)],
      notes: [COMPARED_NOTE, `One table of ${rows} rows; the same columns are masked on both sides: ${rules}.`],
    };
  },
};

async function greenmaskSide(bench: Bench, sourceUrl: string): Promise<Side> {
  const work = join(bench.directory, 'greenmask');
  const configFile = join(bench.directory, 'greenmask.yml');
  await writeFile(configFile, greenmaskConfiguration({ sourceUrl, targetUrl: targetUrl(bench), work }));
  const command = 'greenmask dump && greenmask restore latest';
  return {
    name: 'greenmask',
    what: `${command} (2 jobs each, directory storage)`,
    async reset() {
      await rm(work, { recursive: true, force: true });
      await mkdir(join(work, 'dumps'), { recursive: true });
      await resetTarget(bench);
    },
    run: () => measureCommand(command.replaceAll('greenmask ', `greenmask --config ${configFile} `)),
  };
}
