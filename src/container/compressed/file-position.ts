/** The position of an open file, which is shared with the programs that are given it; reads at offsets leave it alone. */
import { readFileSync, readSync } from 'node:fs';

/** Bytes of a file that are read over to bring its position where it is wanted. */
const MAX_READ_OVER = 16 << 20;

/** Brings the position on by `start` bytes; false when that is too far, or the file ends before. */
export function moveTo({ fd, start }: { readonly fd: number; readonly start: number }): boolean {
  if (start > MAX_READ_OVER) return false;
  const over = Buffer.alloc(Math.min(start, 1 << 20));
  for (let left = start; left > 0;) {
    const got = readSync(fd, over, 0, Math.min(left, over.length), null);
    if (got === 0) return false;
    left -= got;
  }
  return true;
}

/** Where the position is; undefined where the system does not tell. */
export function positionOf(fd: number): number | undefined {
  try {
    const [, position] = /^pos:\s*(\d+)/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8')) ?? [];
    return position === undefined ? undefined : Number(position);
  } catch {
    return undefined;
  }
}
