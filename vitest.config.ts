import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    globalSetup: ['test/global-setup.ts'],
    include: ['test/**/*.test.ts', 'switcher/test/**/*.test.ts'],
    exclude: ['test/faults/**', 'test/soak/**'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    maxWorkers: 3, // of two processors: tests wait for servers a good part of their time
    reporters: process.env.ENVCLONE_TEST_RESULTS
      ? ['default', ['json', { outputFile: process.env.ENVCLONE_TEST_RESULTS }]]
      : ['default'],
  },
});
