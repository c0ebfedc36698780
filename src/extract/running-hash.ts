/** The hash of a file that grows: what has been written once and for all is read while the rest is still to come. */
import { createHash, type Hash } from 'node:crypto';
import { closeSync, constants, openSync, readSync } from 'node:fs';

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
/** One for all files of a thread. */
const buffer = Buffer.allocUnsafeSlow(PIECE);

export class RunningHash {
  private hash: Hash = createHash('sha256');
  private done = 0;
  private fd: number | undefined;

  constructor(private readonly path: string) {}

  /** Hashes what lies before `length`. */
  upTo(length: number): void {
    while (this.done < length && this.piece(Math.min(PIECE, length - this.done)));
  }

  /** Forgets what was hashed. */
  again(): void {
    this.hash = createHash('sha256');
    this.done = 0;
  }

  /** Hashes the rest. */
  finish(): FileHash {
    try {
      while (this.piece(PIECE));
      return { size: this.done, sha256: this.hash.digest('hex') };
    } finally {
      if (this.fd !== undefined) closeSync(this.fd);
    }
  }

  private piece(most: number): boolean {
    this.fd ??= openSync(this.path, constants.O_RDONLY | NOFOLLOW);
    const got = readSync(this.fd, buffer, 0, most, this.done);
    this.hash.update(buffer.subarray(0, got));
    this.done += got;
    return got > 0;
  }
}
