/**
 * Bundles the command line into dist/bundle: finding and loading a hundred small modules is most of what a short run takes.
 * What a command imports lazily stays a file of its own. The library in dist/ is not touched, and nothing is minified, so that stack
 * traces can be read.
 */
import { rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const require = createRequire(import.meta.url);
const root = fileURLToPath(new URL('.', import.meta.url));

rmSync(new URL('dist/bundle', import.meta.url), { recursive: true, force: true });
await build({
  absWorkingDir: root,
  entryPoints: {
    main: 'src/cli/main.ts',
    'compare-worker': 'src/compare-worker.ts',
    'validate-worker': 'src/cli/validate-worker.ts',
    'hash-worker': 'src/extract/hash-worker.ts',
  },
  outdir: 'dist/bundle',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  // jsonc-parser's other build cannot be bundled.
  mainFields: ['module', 'main'],
  // Of four copies the one that compiles no emoji property and no Segmenter when it is loaded (18 ms in a profile).
  alias: { 'string-width': createRequire(require.resolve('cli-table3')).resolve('string-width') },
  // For the dependencies that are CommonJS.
  banner: {
    js: "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);",
  },
});
