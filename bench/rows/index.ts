import type { BenchRow } from '../row.js';
import { copyThreads } from './copy-threads.js';
import { greenmask } from './greenmask.js';
import { growth } from './growth.js';
import { allMasking, masking } from './masking.js';
import { allMaskedRaw, maskedRaw, unmaskedRaw } from './pgcopydb.js';
import { smallTables } from './small-tables.js';
import { values } from './values.js';
import { workflow } from './workflow.js';

/** In the order of the table. */
export const ROWS: BenchRow[] = [
  maskedRaw,
  allMaskedRaw,
  unmaskedRaw,
  greenmask,
  masking,
  allMasking,
  values,
  workflow,
  smallTables,
  copyThreads,
  growth,
];
