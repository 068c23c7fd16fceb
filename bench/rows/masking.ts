import { type CloneDirectoryOptions, createCloneDirectory } from '../clone-directory.js';
import { LOFT_NOTE, loftDatabase, NINE_RULES } from '../data/loft.js';
import type { Bench, BenchRow, PreparedRow } from '../row.js';
import { COMPARED_NOTE, ourSide, UNMASKED } from './sides.js';

/** What masking costs. */
export const masking: BenchRow = rowOf({
  name: 'masked-unmasked',
  title: 'masked / unmasked',
  rules: { given: NINE_RULES, others: 'keep' },
});

export const allMasking: BenchRow = rowOf({
  name: 'all-masked-unmasked',
  title: 'every proposal masked / unmasked',
  rules: {},
});

function rowOf({ rules, ...head }: Pick<BenchRow, 'name' | 'title'> & { rules: CloneDirectoryOptions }): BenchRow {
  return { ...head, judges: 'seconds / seconds', limit: 1.35, prepare: (bench) => prepare(bench, rules) };
}

async function prepare(bench: Bench, rules: CloneDirectoryOptions): Promise<PreparedRow> {
  const { directory, maskedColumns } = await createCloneDirectory(bench, await loftDatabase(bench), rules);
  const job = { directory, comparedStages: true, keepsPersonalData: rules.others === 'keep' };
  return {
    sides: [ourSide(bench, 'masked', job), ourSide(bench, 'unmasked', { ...job, options: UNMASKED })],
    notes: [COMPARED_NOTE, LOFT_NOTE, `${maskedColumns} columns are masked.`],
  };
}
