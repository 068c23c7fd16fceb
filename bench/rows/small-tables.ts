import { createCloneDirectory } from '../clone-directory.js';
import { isThere, measureCommand } from '../command.js';
import { smallTablesDatabase } from '../data/small-tables.js';
import { replaceTarget, targetUrl } from '../databases.js';
import type { BenchRow } from '../row.js';
import { COMPARED_NOTE, ourSide, UNMASKED } from './sides.js';

const TABLES_AT_FULL_SCALE = 3_000;

/** Where a cloner's work is round trips, not bytes. */
export const smallTables: BenchRow = {
  name: 'small-tables',
  title: '3,000 small tables / pg_dump | psql',
  judges: 'seconds / seconds',
  limit: 1.2,
  unavailable: () => (isThere('pg_dump') && isThere('psql') ? undefined : 'pg_dump and psql are not on PATH'),
  async prepare(bench) {
    const tables = Math.max(10, Math.round((TABLES_AT_FULL_SCALE * bench.scale) / 2000));
    const sourceUrl = await smallTablesDatabase(bench, tables);
    const { directory } = await createCloneDirectory(bench, sourceUrl);
    const command = 'pg_dump "$SOURCE" | psql --quiet --no-psqlrc --set ON_ERROR_STOP=1 "$TARGET"';
    const env = { SOURCE: sourceUrl, TARGET: targetUrl(bench) };
    const reset = () => replaceTarget(bench);
    return {
      sides: [
        { ...ourSide(bench, 'unmasked', { directory, comparedStages: true, options: UNMASKED }), reset },
        {
          name: 'pg_dump',
          what: command,
          reset,
          run: () => measureCommand(`${command} >/dev/null`, { env }),
        },
      ],
      notes: [COMPARED_NOTE, `${tables} tables of 20 rows; nothing is masked on either side.`],
    };
  },
};
