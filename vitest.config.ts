import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    testTimeout: 60_000,
    // Many small files, none of which leaves anything behind: they share what they import.
    isolate: false,
    maxWorkers: '100%',
  },
});
