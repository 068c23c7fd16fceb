import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createCloneDirectory } from '../clone-directory.js';
import { isThere, measureCommand } from '../command.js';
import { LOFT_NOTE, loftDatabase, NINE_RULES } from '../data/loft.js';
import { resetTarget, targetUrl } from '../databases.js';
import type { Bench, BenchRow, Side } from '../row.js';
import { COMPARED_NOTE, ourSide, UNMASKED } from './sides.js';

/** Against the fastest open cloner, which masks nothing. */
export const maskedRaw: BenchRow = rowOf({
  name: 'masked-pgcopydb',
  title: 'masked clone / pgcopydb raw clone',
  limit: 0.85,
  masks: 'nine',
});

export const allMaskedRaw: BenchRow = rowOf({
  name: 'all-masked-pgcopydb',
  title: 'clone with every proposal masked / pgcopydb raw clone',
  limit: 0.85,
  masks: 'all',
});

export const unmaskedRaw: BenchRow = rowOf({
  name: 'unmasked-pgcopydb',
  title: 'unmasked clone / pgcopydb',
  limit: 0.7,
  masks: 'nothing',
});

interface RowInput extends Pick<BenchRow, 'name' | 'title' | 'limit'> {
  /** `nine`: columns of text, and the documents that repeat them. `all`: whatever `envclone rules` proposes, and what it leaves open. */
  masks: 'nine' | 'all' | 'nothing';
}

function rowOf({ masks, ...head }: RowInput): BenchRow {
  return {
    ...head,
    judges: 'seconds / seconds',
    unavailable: () => (isThere('pgcopydb') ? undefined : 'pgcopydb is not on PATH (apt install pgcopydb)'),
    async prepare(bench) {
      const sourceUrl = await loftDatabase(bench);
      const rules = masks === 'nine' ? ({ given: NINE_RULES, others: 'keep' } as const) : {};
      const { directory, maskedColumns } = await createCloneDirectory(bench, sourceUrl, rules);
      const isMasked = masks !== 'nothing';
      const ours = ourSide(bench, isMasked ? 'masked' : 'unmasked', {
        directory,
        comparedStages: true,
        keepsPersonalData: masks === 'nine',
        ...(!isMasked && { options: UNMASKED }),
      });
      const notes = [COMPARED_NOTE, LOFT_NOTE, ...(isMasked ? [`${maskedColumns} columns are masked.`] : [])];
      return { sides: [ours, pgcopydbSide(bench, sourceUrl)], notes };
    },
  };
}

function pgcopydbSide(bench: Bench, sourceUrl: string): Side {
  const work = join(bench.directory, 'pgcopydb');
  const command = 'pgcopydb clone --table-jobs 2 --index-jobs 2';
  const urls = { PGCOPYDB_SOURCE_PGURI: sourceUrl, PGCOPYDB_TARGET_PGURI: targetUrl(bench) };
  return {
    name: 'pgcopydb',
    what: `${command} (superuser)`,
    async reset() {
      await rm(work, { recursive: true, force: true });
      await resetTarget(bench);
    },
    run: () => measureCommand(`${command} --dir ${work}`, { env: urls }),
  };
}
