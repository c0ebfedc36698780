/** Where bytes come from. The only port between the decoders and the outside. */
import type { ProblemName } from '../problems.js';

/** Something wrong with what the bytes are taken out of: a compressed file that was cut, a cluster that is not there. */
export interface SourceFault {
  readonly rule: ProblemName;
  /** Names the layer, and where in it. */
  readonly message: string;
  /** Where in these bytes: how many came before it. */
  readonly offset: number;
  readonly length?: number;
  readonly expected?: string;
  readonly found?: string;
}

export interface ByteSource {
  /** How the user named it. */
  readonly name: string;
  /** Bytes in all, where that is known before reading. */
  readonly size?: number;
  /** Where in the opened file or pipe the first byte stands; not for bytes that were unpacked or put together. */
  readonly origin?: number;
  /** The file that has the bytes one after another from `start` on: for handing it to another program. Its own position is at 0. */
  readonly file?: { readonly fd: number; readonly start: number };
  /**
   * Fills the start of `into` with the next bytes and returns how many there were; 0 at the end and only there.
   * A promise is returned only by sources that have to wait.
   */
  read(into: Uint8Array): number | Promise<number>;
  /** Sources that can seek: fills `into` from `offset` without moving the reading position; returns the count, short at the end. */
  readAt?(into: Uint8Array, offset: number): number;
  /** Sources that can seek: moves the reading position. */
  seek?(offset: number): void;
  /** What was found so far, in the order of finding; a fault stays where it is when others follow. */
  readonly faults?: readonly SourceFault[];
  close(): void;
}

/**
 * Bytes that are already in memory. `chunk` bounds what one `read` returns, `seekable: false` makes it behave as a pipe, and `waits` as one that has
 * nothing yet, each time that it is read.
 */
export class MemorySource implements ByteSource {
  readonly size?: number;
  readonly origin = 0;
  readonly readAt?: (into: Uint8Array, offset: number) => number;
  readonly seek?: (offset: number) => void;
  private position = 0;

  constructor(
    private readonly data: Uint8Array,
    readonly name = 'memory',
    private readonly options: { readonly chunk?: number; readonly seekable?: boolean; readonly waits?: boolean } = {},
  ) {
    if (options.seekable !== false) {
      this.size = data.length;
      this.seek = (offset) => {
        this.position = offset;
      };
      this.readAt = (into, offset) => this.copy(into, offset);
    }
  }

  read(into: Uint8Array): number | Promise<number> {
    return this.options.waits ? Promise.resolve().then(() => this.next(into)) : this.next(into);
  }

  close(): void {
    this.position = this.data.length;
  }

  private next(into: Uint8Array): number {
    const limit = Math.min(into.length, this.options.chunk ?? into.length);
    const got = this.copy(into.subarray(0, limit), this.position);
    this.position += got;
    return got;
  }

  private copy(into: Uint8Array, offset: number): number {
    const part = this.data.subarray(offset, offset + into.length);
    into.set(part);
    return part.length;
  }
}
