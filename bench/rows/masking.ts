import { createCloneDirectory } from '../clone-directory.js';
import { LOFT_NOTE, loftDatabase } from '../data/loft.js';
import type { BenchRow } from '../row.js';
import { COMPARED_NOTE, ourSide, UNMASKED } from './sides.js';

/** What masking costs. */
export const masking: BenchRow = {
  name: 'masked-unmasked',
  title: 'masked / unmasked',
  judges: 'seconds / seconds',
  limit: 1.35,
  async prepare(bench) {
    const { directory, maskedColumns } = await createCloneDirectory(bench, await loftDatabase(bench));
    const job = { directory, comparedStages: true };
    return {
      sides: [ourSide(bench, 'masked', job), ourSide(bench, 'unmasked', { ...job, options: UNMASKED })],
      notes: [COMPARED_NOTE, LOFT_NOTE, `${maskedColumns} columns are masked.`],
    };
  },
};
