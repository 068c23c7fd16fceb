import { startTemporalServer } from '../../client/temporal-server.js';
import { createCloneDirectory } from '../clone-directory.js';
import { LOFT_NOTE, loftDatabase } from '../data/loft.js';
import type { BenchRow } from '../row.js';
import { ourSide } from './sides.js';

/** What durability costs: from the request to the result, everything included on both sides. */
export const workflow: BenchRow = {
  name: 'workflow',
  title: 'whole workflow with Temporal / the same engine calls without',
  judges: 'seconds / seconds',
  limit: 1.05,
  async prepare(bench) {
    const { directory } = await createCloneDirectory(bench, await loftDatabase(bench));
    const server = await startTemporalServer();
    bench.atEnd(() => server.stop());
    const temporal = { address: server.address, taskQueue: 'bench' };
    return {
      sides: [ourSide(bench, 'workflow', { directory, temporal }), ourSide(bench, 'engine', { directory })],
      notes: [
        LOFT_NOTE,
        'Both sides whole: guard, restore point, clone, validation, report. The Temporal server runs on the same machine.',
      ],
    };
  },
};
