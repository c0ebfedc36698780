/** The hash of a file that grows: what has been written once and for all is read while the rest is still to come. */
import { createHash, type Hash } from 'node:crypto';
import { closeSync, constants, openSync, read as readCallback, readSync } from 'node:fs';
import { promisify } from 'node:util';
import { readBuffer } from '../bytes/read-buffer.js';

/** What is said of a file: it is written up to a length; something before that was written again; it is finished. */
export type HashOrder =
  | { readonly kind: 'grown'; readonly path: string; readonly length: number }
  | { readonly kind: 'again'; readonly path: string }
  | { readonly kind: 'finish'; readonly path: string };

export interface FileHash {
  readonly size: number;
  readonly sha256: string;
}

const PIECE = 1 << 20;
const NOFOLLOW = constants.O_NOFOLLOW ?? 0;
const readAsync = promisify(readCallback);
/** One for all files of a thread. */
const buffer = readBuffer(PIECE);

export class RunningHash {
  private hash: Hash = createHash('sha256');
  private done = 0;
  private fd: number | undefined;

  constructor(private readonly path: string) {}

  /** Hashes what lies before `length`. */
  upTo(length: number): void {
    while (this.done < length) {
      const got = readSync(this.file(), buffer, 0, Math.min(PIECE, length - this.done), this.done);
      if (got === 0) return;
      this.add(buffer.subarray(0, got));
    }
  }

  /** Forgets what was hashed. */
  again(): void {
    this.hash = createHash('sha256');
    this.done = 0;
  }

  /** Hashes the rest; the next piece is read meanwhile. */
  async finish(): Promise<FileHash> {
    try {
      const [first, second] = [readBuffer(PIECE), readBuffer(PIECE)];
      const read = async (into: Buffer, at: number): Promise<Buffer> => {
        const { bytesRead } = await readAsync(this.file(), into, 0, PIECE, at);
        return into.subarray(0, bytesRead);
      };
      let [piece, spare] = [await read(first, this.done), second];
      while (piece.length > 0) {
        const next = read(spare, this.done + piece.length);
        // The read has been handed to a thread: hashing does not keep it waiting.
        this.add(piece);
        spare = spare === first ? second : first;
        piece = await next;
      }
      return { size: this.done, sha256: this.hash.digest('hex') };
    } finally {
      if (this.fd !== undefined) closeSync(this.fd);
    }
  }

  private file(): number {
    return (this.fd ??= openSync(this.path, constants.O_RDONLY | NOFOLLOW));
  }

  private add(bytes: Uint8Array): void {
    this.hash.update(bytes);
    this.done += bytes.length;
  }
}
