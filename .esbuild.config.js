/**
 * Bundles the command line into dist/bundle, and keeps beside it what V8 compiles of it in the runs below: finding, loading and
 * compiling a hundred small modules is most of what a short run takes. The library in dist/ is not touched, and nothing is minified,
 * so that stack traces can be read. `src/cli/load-bundle.ts` reads what is written here.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliDecompressSync } from 'node:zlib';
import { build } from 'esbuild';

const require = createRequire(import.meta.url);
const root = fileURLToPath(new URL('.', import.meta.url));
const bundle = join(root, 'dist/bundle');

/** Captures that together run most of what the commands need, and the commands whose code is kept. */
const CAPTURES = [
  'microvm-7.2.bin',
  '5.2-x86_64-multifd-4.bin.br',
  '10.0-s390x-dev-ccw.bin.br',
  '11.1-x86_64-background-snapshot.bin.br',
  'captures/10.0-s390x-multifd-2-zlib',
];
const COMMANDS = ['info', 'validate', 'dump'];

if (process.argv[2] === 'cache') await makeCache(process.argv[3]);
else await makeBundle();

async function makeBundle() {
  rmSync(bundle, { recursive: true, force: true });
  const built = await build({
    absWorkingDir: root,
    entryPoints: { migscope: 'src/cli/bundle.ts' },
    outdir: bundle,
    outExtension: { '.js': '.cjs' },
    bundle: true,
    format: 'cjs',
    platform: 'node',
    target: 'node20',
    // jsonc-parser's other build cannot be bundled.
    mainFields: ['module', 'main'],
    // Of four copies the one that compiles no emoji property and no Segmenter when it is loaded (18 ms in a profile).
    alias: { 'string-width': createRequire(require.resolve('cli-table3')).resolve('string-width') },
    // A function that is called as a CommonJS module is.
    banner: {
      js: `(function (module, require, __filename) {\nconst moduleUrl = require('node:url').pathToFileURL(__filename).href;`,
    },
    footer: { js: '})' },
    define: { 'import.meta.url': 'moduleUrl' },
    write: false,
  });
  // esbuild escapes everything but comments; a text of single bytes is read in a third of the time.
  mkdirSync(bundle, { recursive: true });
  writeFileSync(join(bundle, 'migscope.cjs'), built.outputFiles[0].text.replace(/[^\x00-\x7f]/g, '?'));
  const { loadBundle } = await import('./dist/cli/load-bundle.js');
  for (const name of loadBundle().contents.WORKER_NAMES) {
    const text = `import { loadBundle } from '../cli/load-bundle.js';\nawait loadBundle().contents.startWorker('${name}');\n`;
    writeFileSync(join(bundle, `${name}.js`), text);
  }
  const folder = mkdtempSync(join(tmpdir(), 'migscope-build-'));
  try {
    // What the commands print is of no use here.
    execFileSync(process.execPath, [fileURLToPath(import.meta.url), 'cache', folder], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function makeCache(folder) {
  const { loadBundle } = await import('./dist/cli/load-bundle.js');
  const { contents, script } = loadBundle();
  for (const capture of CAPTURES) {
    const unpacked = unpack(join(root, 'fixtures', capture), join(folder, capture.replaceAll('/', '-')));
    for (const command of COMMANDS) {
      const code = await contents.main([command, unpacked]);
      if (code !== 0) throw new Error(`migscope ${command} ${capture} ended with ${code}`);
    }
  }
  writeFileSync(join(bundle, 'migscope.cache'), script.createCachedData());
}

/** Fixtures are packed by brotli; a capture may be a folder of them. */
function unpack(from, to) {
  if (from.endsWith('.bin')) return from;
  if (from.endsWith('.br')) {
    writeFileSync(to, brotliDecompressSync(readFileSync(from)));
    return to;
  }
  mkdirSync(to);
  for (const file of readdirSync(from)) unpack(join(from, file), join(to, file.replace(/\.br$/, '')));
  return to;
}
