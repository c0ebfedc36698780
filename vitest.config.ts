import { defineConfig } from 'vitest/config';

/** Those that put something in the place of a module. */
const ALONE = ['test/cli/main.test.ts', 'test/cli/progress.test.ts'];

export default defineConfig({
  test: {
    testTimeout: 120_000,
    maxWorkers: '100%',
    projects: [
      // Many small files, none of which leaves anything behind: they share what they import.
      {
        extends: true,
        test: { name: 'together', include: ['test/**/*.test.ts'], exclude: ALONE, isolate: false },
      },
      { extends: true, test: { name: 'alone', include: ALONE } },
    ],
  },
});
