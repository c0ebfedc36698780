/**
 * Hashes pages where they lie: windows that come from here are read and hashed without a copy, and no object is made for any page.
 *
 * The hash is NH of UMAC (RFC 4418, 5.2) in two passes, folded to 64 bits, with keys that are drawn from a seed. Whoever does not know the
 * seed cannot make two pages that collide: whatever they hold, the chance is about 1 in 2^64.
 */
import { createHash } from 'node:crypto';
import { PAGE_HASH_MODULE } from './page-hash-module.js';

/** The largest page that is hashed. */
export const MAX_HASHED = 1 << 16;
/** Bytes of all windows. */
const WINDOWS = 16 << 20;
const STRIPE = 32;
/** What a run says of a page; page-hash.wat has them too. */
export const ZERO_PAGE = 1;
export const HASHED_PAGE = 2;
/** Pages that are hashed in one go. */
export const MAX_RUN = 512;
const HASHES_AT = 64;
const STARTS_AT = HASHES_AT + 8 * MAX_RUN;
const STATES_AT = STARTS_AT + 4 * MAX_RUN;
const KEYS_AT = STATES_AT + MAX_RUN;
/** The second pass begins a little later in the keys. */
const KEY_BYTES = MAX_HASHED + STRIPE;
const SINGLE_AT = KEYS_AT + KEY_BYTES;
const WINDOWS_AT = SINGLE_AT + MAX_HASHED;
const WASM_PAGE = 1 << 16;

/** What page-hash.wat exports. */
interface Kernel {
  readonly hash: (at: number, length: number, key: number, out: number) => void;
  readonly pages: (
    starts: number,
    count: number,
    base: number,
    length: number,
    key: number,
    out: number,
    states: number,
  ) => number;
}

/** What a run of pages is, and the hashes of those that are not zero. */
export interface PageRun {
  /** By page: `ZERO_PAGE` or `HASHED_PAGE`. */
  readonly states: Uint8Array;
  /** Two halves a page; those of zero pages are not set. */
  readonly hashes: Uint32Array;
  /** Pages that are not zero. */
  readonly hashed: number;
}

export class PageHasher {
  private readonly kernel: Kernel;
  private readonly memory: Buffer;
  private readonly hashes: Uint32Array;
  private readonly starts: Uint32Array;
  private readonly states: Uint8Array;
  private used = WINDOWS_AT;

  /** Hashes of one seed can be compared. */
  constructor(seed: bigint) {
    const module = new WebAssembly.Module(Buffer.from(PAGE_HASH_MODULE, 'base64'));
    // Memory that grows would move: all of it is there from the start, and the system backs what is written to.
    const memory = new WebAssembly.Memory({ initial: Math.ceil((WINDOWS_AT + WINDOWS) / WASM_PAGE) });
    const { exports } = new WebAssembly.Instance(module, { env: { memory } });
    this.kernel = exports as unknown as Kernel;
    this.memory = Buffer.from(memory.buffer);
    this.hashes = new Uint32Array(memory.buffer, HASHES_AT, 2 * MAX_RUN);
    this.starts = new Uint32Array(memory.buffer, STARTS_AT, MAX_RUN);
    this.states = new Uint8Array(memory.buffer, STATES_AT, MAX_RUN);
    const start = Buffer.alloc(8);
    start.writeBigUInt64LE(BigInt.asUintN(64, seed));
    this.memory.set(createHash('shake256', { outputLength: KEY_BYTES }).update(start).digest(), KEYS_AT);
  }

  /** A buffer in which pages are hashed where they lie; undefined when there is no room for one more. */
  window(bytes: number): Buffer | undefined {
    if (this.used + bytes > WINDOWS_AT + WINDOWS) return undefined;
    const start = this.used;
    this.used += bytes;
    return this.memory.subarray(start, start + bytes);
  }

  /** Where these bytes lie in the memory of the windows; -1 for bytes from elsewhere. */
  placeOf(bytes: Uint8Array): number {
    return bytes.buffer === this.memory.buffer ? bytes.byteOffset : -1;
  }

  /**
   * Hashes `bytes[start, start + size)`, at most `MAX_HASHED`; what is missing of the last 32 bytes counts as zeros. Writes the low and the high
   * half to `into[at]` and behind it. `place` is that of `bytes`: asked for once for all the pages in them.
   */
  hash(bytes: Uint8Array, place: number, start: number, size: number, into: Uint32Array, at: number): void {
    if (place >= 0 && size % STRIPE === 0 && size > 0) this.kernel.hash(place + start, size, KEYS_AT, HASHES_AT);
    else {
      const length = Math.max(STRIPE, Math.ceil(size / STRIPE) * STRIPE);
      this.memory.set(bytes.subarray(start, start + size), SINGLE_AT);
      this.memory.fill(0, SINGLE_AT + size, SINGLE_AT + length);
      this.kernel.hash(SINGLE_AT, length, KEYS_AT, HASHES_AT);
    }
    into[at] = this.hashes[0]!;
    into[at + 1] = this.hashes[1]!;
  }

  /**
   * Hashes `count` pages of `size` bytes, at most `MAX_RUN`, that begin at `starts[from]` and behind it in a window from here, whose place is `place`.
   * What it gives is valid until the next call; undefined for sizes that are not whole stripes.
   */
  pages(place: number, starts: Uint32Array, from: number, count: number, size: number): PageRun | undefined {
    if (place < 0 || size % STRIPE !== 0 || size === 0) return undefined;
    for (let i = 0; i < count; i++) this.starts[i] = starts[from + i]!;
    const hashed = this.kernel.pages(STARTS_AT, count, place, size, KEYS_AT, HASHES_AT, STATES_AT);
    return { states: this.states, hashes: this.hashes, hashed };
  }
}
