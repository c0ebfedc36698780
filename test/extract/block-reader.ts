/** Files for a test: blocks to copy from, and one to write. */
import { closeSync, mkdirSync, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BlockReader } from '../../src/extract/sparse-copy.js';

/** Gives `write` an empty file and the blocks, and returns the path of what it wrote. */
export function written(
  directory: string,
  blocks: Readonly<Record<string, Buffer>>,
  write: (fd: number, reader: BlockReader) => unknown,
): string {
  mkdirSync(directory, { recursive: true });
  const descriptors = Object.entries(blocks).map(([name, bytes]) => {
    const path = join(directory, encodeURIComponent(name));
    writeFileSync(path, bytes);
    return [name, openSync(path, 'r')] as const;
  });
  const fds = new Map(descriptors);
  const path = join(directory, 'out');
  const out = openSync(path, 'w+');
  write(out, (name) => ({ fd: fds.get(name)!, usedLength: blocks[name]!.length }));
  closeSync(out);
  for (const fd of fds.values()) closeSync(fd);
  return path;
}
