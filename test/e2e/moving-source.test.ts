import { test } from 'vitest';
import { clonesStayConsistent } from '../support/moving-clones.js';

test.each([13, 15, 17] as const)(
  'on PostgreSQL %i a clone of a source that is written to is consistent',
  async (major) => {
    await clonesStayConsistent({ major, runs: 1 });
  },
);
