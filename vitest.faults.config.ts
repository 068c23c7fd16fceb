import { defineConfig } from 'vitest/config';

/** Slow suites: outages, killed processes, large tables. */
export default defineConfig({
  test: {
    globalSetup: ['test/global-setup.ts', 'test/faults/print-outcomes.ts'],
    include: ['test/faults/**/*.test.ts', 'test/soak/**/*.test.ts'],
    testTimeout: 600_000,
    hookTimeout: 60_000,
    maxWorkers: 2, // a clone that meets a fault waits most of its time
  },
});
