import type { CopyUnit } from '../../contracts/plan.js';
import { createDataAnonymizer } from '../../engine/anonymizer/data-anonymizer.js';
import { copyTables } from '../../engine/copy/copy-tables.js';
import { sourceOf, targetOf } from './proofs.js';

/** The only epoch of such a clone. */
export const EPOCH = 'one';

/** What it takes to copy one unit, in this process or in another. */
export interface CopyInput {
  from: { name: string; url: string };
  into: { name: string; url: string };
  unit: CopyUnit;
  snapshot: string;
}

/** Rows copied. */
export async function copyUnit({ from, into, unit, snapshot }: CopyInput): Promise<number> {
  const anonymizer = createDataAnonymizer({ key: new Uint8Array(32).fill(7) });
  const totals = await copyTables({
    source: sourceOf(from),
    target: targetOf(into),
    ...unit,
    snapshot,
    epoch: EPOCH,
    maskerOf: (table) => anonymizer.compile(table),
  });
  return totals.reduce((sum, { rows }) => sum + rows, 0);
}
