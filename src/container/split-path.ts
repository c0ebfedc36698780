/** `FILE#PART`: a file, and which of several things in it. */
import { existsSync } from 'node:fs';

export interface SplitPath {
  readonly file: string;
  readonly part?: string;
}

/**
 * Splits what the user named. A file that is called so is that file; else the longest file name in front of a `#` is. Standard input can be
 * split too: `-#PART`.
 */
export function splitPath(path: string): SplitPath {
  if (path === '-' || !path.includes('#') || existsSync(path)) return { file: path };
  for (let at = path.lastIndexOf('#'); at > 0; at = path.lastIndexOf('#', at - 1)) {
    const file = path.slice(0, at);
    if (file === '-' || existsSync(file)) return { file, part: path.slice(at + 1) };
  }
  return { file: path };
}
