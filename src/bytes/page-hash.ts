/**
 * Hashes pages where they lie: windows that come from here are read and hashed without a copy, and no object is made for any page.
 *
 * The hash is NH of UMAC (RFC 4418, 5.2) in two passes, folded to 64 bits, with keys that are drawn from a seed. Whoever does not know the
 * seed cannot make two pages that collide: whatever they hold, the chance is about 1 in 2^64.
 */
import { createHash } from 'node:crypto';

/** page-hash.wat */
const MODULE = [
  'AGFzbQEAAAABBwFgA39/fwACDwEDZW52Bm1lbW9yeQIAAQMCAQAHCAEEaGFzaAAACv0BAfoBAwF/B3sCfiAAIAFqIQMDQCAA/QAEACEEIAD9AAQQIQUgAv0ABBAhBiAE',
  'IAb9rgEhCSAFIAL9AAQg/a4BIQogBCAC/QAEAP2uASEEIAUgBv2uASEFIAcgBCAF/d4B/c4BIQcgByAEIAX93wH9zgEhByAIIAkgCv3eAf3OASEIIAggCSAK/d8B/c4B',
  'IQggAkEgaiECIABBIGoiACADSQ0ACyAH/R0AIAf9HQF8IQsgCP0dACAI/R0BfCEMIAsgC0IgiIVCh5Wvr5i23puef34hCyAMIAxCHYiFQs/W077Sx6vZQn4hDCALIAx8',
  'IQtBACALIAtCIIiFNwMACw==',
].join('');

/** The largest page that is hashed. */
export const MAX_HASHED = 1 << 16;
/** Bytes of all windows. */
const WINDOWS = 16 << 20;
const STRIPE = 32;
const KEYS_AT = 64;
/** The second pass begins a little later in the keys. */
const KEY_BYTES = MAX_HASHED + STRIPE;
const SINGLE_AT = KEYS_AT + KEY_BYTES;
const WINDOWS_AT = SINGLE_AT + MAX_HASHED;
const WASM_PAGE = 1 << 16;

type Kernel = (at: number, length: number, key: number) => void;

export class PageHasher {
  private readonly kernel: Kernel;
  private readonly memory: Buffer;
  private readonly result: Uint32Array;
  private used = WINDOWS_AT;

  /** Hashes of one seed can be compared. */
  constructor(seed: bigint) {
    const module = new WebAssembly.Module(Buffer.from(MODULE, 'base64'));
    // Memory that grows would move: all of it is there from the start, and the system backs what is written to.
    const memory = new WebAssembly.Memory({ initial: Math.ceil((WINDOWS_AT + WINDOWS) / WASM_PAGE) });
    const { exports } = new WebAssembly.Instance(module, { env: { memory } });
    this.kernel = (exports as { readonly hash: Kernel }).hash;
    this.memory = Buffer.from(memory.buffer);
    this.result = new Uint32Array(memory.buffer, 0, 2);
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
    if (place >= 0 && size % STRIPE === 0 && size > 0) this.kernel(place + start, size, KEYS_AT);
    else {
      const length = Math.max(STRIPE, Math.ceil(size / STRIPE) * STRIPE);
      this.memory.set(bytes.subarray(start, start + size), SINGLE_AT);
      this.memory.fill(0, SINGLE_AT + size, SINGLE_AT + length);
      this.kernel(SINGLE_AT, length, KEYS_AT);
    }
    into[at] = this.result[0]!;
    into[at + 1] = this.result[1]!;
  }
}
