import { defineConfig } from 'vitest/config';

const RULES = 'test/rules/**/*.test.ts';

export default defineConfig({
  test: {
    testTimeout: 60_000,
    projects: [
      { extends: true, test: { name: 'all', include: ['test/**/*.test.ts'], exclude: [RULES] } },
      // One small file for each rule, none of which leaves anything behind: they share what they import.
      { extends: true, test: { name: 'rules', include: [RULES], isolate: false } },
    ],
  },
});
