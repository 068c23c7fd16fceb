import { test } from 'vitest';
import { POSTGRES_MAJORS } from '../support/databases.js';
import { clonesStayConsistent } from '../support/moving-clones.js';

/** In all: `ENVCLONE_MOVING_RUNS`. */
const RUNS = Number(process.env.ENVCLONE_MOVING_RUNS ?? 50);

test.each(POSTGRES_MAJORS)(
  'on PostgreSQL %i every clone of a source that is written to is consistent',
  async (major) => {
    await clonesStayConsistent({ major, runs: Math.ceil(RUNS / POSTGRES_MAJORS.length) });
  },
  60_000 + RUNS * 30_000,
);
