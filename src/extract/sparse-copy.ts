/** Copies ranges between files; what is zero is not written, so that it stays a hole in a new file. */
import { readSync, writeSync } from 'node:fs';
import { readBuffer } from '../bytes/read-buffer.js';

/** The file of a RAM block, as long as the descriptor is valid: until the next call. */
export type BlockReader = (name: string) => { readonly fd: number; readonly usedLength: number };

/** Bytes that are read in one go. */
const PIECE = 1 << 20;
/** The unit of holes. */
const GRAIN = 1 << 12;
const ZEROS = Buffer.alloc(GRAIN);

/** Copies as much of `length` bytes as `from` has. */
export function copySparse(from: number, at: number, to: number, target: number, length: number): void {
  const piece = readBuffer(Math.min(PIECE, length));
  for (let done = 0; done < length;) {
    const got = readSync(from, piece, 0, Math.min(piece.length, length - done), at + done);
    if (got === 0) return;
    writeRuns(to, piece.subarray(0, got), target + done);
    done += got;
  }
}

/** Writes all of `bytes`. */
export function writeAll(fd: number, bytes: Uint8Array, position: number): void {
  for (let done = 0; done < bytes.length;) done += writeSync(fd, bytes, done, bytes.length - done, position + done);
}

function writeRuns(fd: number, bytes: Buffer, position: number): void {
  let start = -1;
  for (let at = 0; at < bytes.length; at += GRAIN) {
    const end = Math.min(at + GRAIN, bytes.length);
    const zero = ZEROS.compare(bytes, at, end, 0, end - at) === 0;
    if (zero && start >= 0) {
      writeAll(fd, bytes.subarray(start, at), position + start);
      start = -1;
    } else if (!zero && start < 0) start = at;
  }
  if (start >= 0) writeAll(fd, bytes.subarray(start), position + start);
}
