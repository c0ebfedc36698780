/**
 * Runs the bundle of the command line with what V8 had compiled of it when the package was built.
 *
 * Compiling is most of what a short run takes beside the start of Node itself. Where V8 takes the cache (another Node, or other flags
 * of it, make it refuse) nothing is compiled; otherwise the same code is compiled as it is called.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { Script } from 'node:vm';
import type * as Contents from './bundle.js';

/** Where the build puts the bundle. */
const FOLDER = new URL('../bundle/', import.meta.url);

/** The bundle, and the script it came from, whose `cachedDataRejected` says whether the cache was taken. */
export interface LoadedBundle {
  readonly contents: typeof Contents;
  readonly script: Script;
}

/** Loads `migscope.cjs` of a folder, with `migscope.cache` beside it where there is one. */
export function loadBundle(folder: URL = FOLDER): LoadedBundle {
  const file = fileURLToPath(new URL('migscope.cjs', folder));
  const cachedData = readIfThere(new URL('migscope.cache', folder));
  const script = new Script(readFileSync(file, 'latin1'), { filename: file, ...(cachedData && { cachedData }) });
  // The bundle is the expression of a function with the parameters of a CommonJS module.
  const run = script.runInThisContext() as (module: object, require: NodeJS.Require, filename: string) => void;
  const module = { exports: {} };
  run(module, createRequire(file), file);
  return { contents: module.exports as typeof Contents, script };
}

function readIfThere(url: URL): Buffer | undefined {
  try {
    return readFileSync(url);
  } catch {
    return undefined;
  }
}
