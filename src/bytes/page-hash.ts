/**
 * Hashes pages where they lie: bytes are handed over once for many pages, and no object is made for any of them.
 *
 * The hash is XXH64 (xxHash, Yann Collet); of a page that is no whole number of 32 bytes, that of the page with zeros behind it. It is no
 * cryptographic hash: whoever can choose both pages can make them collide.
 */

/** xxh64.wat. Memory: the result first, then the bytes. */
const MODULE = [
  'AGFzbQEAAAABDgJgBH9/fn8AYAJ+fgF+AwMCAAEFAwEAIAcRAgZtZW1vcnkCAARoYXNoAAAKlAMC1wICAX8FfiACQtbrgu7q/Yn14AB8IQUgAkLP1tO+0ser',
  '2UJ8IQYgAiEHIAJCh5Wvr5i23puef30hCCAAIAFqIQQDQCAFIAApAwBCz9bTvtLHq9lCfnxCH4lCh5Wvr5i23puef34hBSAGIAApAwhCz9bTvtLHq9lCfnxC',
  'H4lCh5Wvr5i23puef34hBiAHIAApAxBCz9bTvtLHq9lCfnxCH4lCh5Wvr5i23puef34hByAIIAApAxhCz9bTvtLHq9lCfnxCH4lCh5Wvr5i23puef34hCCAA',
  'QSBqIgAgBEkNAAsgBUIBiSAGQgeJfCAHQgyJIAhCEol8fCEJIAkgBRABIQkgCSAGEAEhCSAJIAcQASEJIAkgCBABIQkgCSABrXwhCSAJIAlCIYiFQs/W077S',
  'x6vZQn4hCSAJIAlCHYiFQvnz3fGZ9pmrFn4hCSADIAkgCUIgiIU3AwALOQAgACABQs/W077Sx6vZQn5CH4lCh5Wvr5i23puef36FQoeVr6+Ytt6bnn9+QuPc',
  'ypX8zvL1hX98Cw==',
].join('');

const BYTES_AT = 64;
const STRIPE = 32;
const WASM_PAGE = 1 << 16;

interface Kernel {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number };
  readonly hash: (at: number, length: number, seed: bigint, out: number) => void;
}

export class PageHasher {
  private readonly kernel: Kernel;
  private readonly seed: bigint;
  private bytes: Uint8Array;
  private result: Uint32Array;
  private from = 0;

  /** Hashes of one seed can be compared. */
  constructor(seed: bigint) {
    const module = new WebAssembly.Module(Buffer.from(MODULE, 'base64'));
    this.kernel = new WebAssembly.Instance(module).exports as unknown as Kernel;
    this.seed = BigInt.asIntN(64, seed);
    this.bytes = new Uint8Array(this.kernel.memory.buffer);
    this.result = new Uint32Array(this.kernel.memory.buffer, 0, 2);
  }

  /** Takes over `bytes[from, to)`; positions in calls of `hash` are those in `bytes`. */
  load(bytes: Uint8Array, from: number, to: number): void {
    const needed = BYTES_AT + (to - from) + STRIPE;
    if (needed > this.bytes.length) {
      this.kernel.memory.grow(Math.ceil((needed - this.bytes.length) / WASM_PAGE));
      this.bytes = new Uint8Array(this.kernel.memory.buffer);
      this.result = new Uint32Array(this.kernel.memory.buffer, 0, 2);
    }
    this.bytes.set(bytes.subarray(from, to), BYTES_AT);
    this.from = from;
  }

  /** Hashes `size` of the bytes that were handed over from `start` on; writes low and high half to `into[at]` and behind it. */
  hash(start: number, size: number, into: Uint32Array, at: number): void {
    const place = BYTES_AT + start - this.from;
    let length = size;
    if (size % STRIPE !== 0 || size === 0) {
      length = size + STRIPE - (size % STRIPE);
      const rest = this.bytes.slice(place + size, place + length);
      this.bytes.fill(0, place + size, place + length);
      this.kernel.hash(place, length, this.seed, 0);
      this.bytes.set(rest, place + size);
    } else this.kernel.hash(place, length, this.seed, 0);
    into[at] = this.result[0]!;
    into[at + 1] = this.result[1]!;
  }
}
