import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HASHED_PAGE, MAX_HASHED, MAX_RUN, PageHasher, ZERO_PAGE } from '../../src/bytes/page-hash.js';
import { noise } from '../build/bytes.js';

function hashOf(hasher: PageHasher, bytes: Uint8Array, start = 0, size = bytes.length): bigint {
  const into = new Uint32Array(4);
  hasher.hash(bytes, hasher.placeOf(bytes), start, size, into, 2);
  return (BigInt(into[3]!) << 32n) | BigInt(into[2]!);
}

/** NH of RFC 4418, 5.2.2, over 32-bit words of which both the message and the keys are taken in little-endian order. */
function nh(message: Buffer, keys: Buffer): bigint {
  let sum = 0n;
  const word = (at: number): bigint => BigInt((message.readUInt32LE(at) + keys.readUInt32LE(at)) >>> 0);
  for (let at = 0; at < message.length; at += 32) for (let i = at; i < at + 16; i += 4) sum += word(i) * word(i + 16);
  return BigInt.asUintN(64, sum);
}

function expected(page: Buffer, seed: bigint): bigint {
  const start = Buffer.alloc(8);
  start.writeBigUInt64LE(seed);
  const keys = createHash('shake256', { outputLength: MAX_HASHED + 32 })
    .update(start)
    .digest();
  const [first, second] = [nh(page, keys), nh(page, keys.subarray(16))];
  const sum = (first ^ (first >> 32n)) * 0x9e3779b185ebca87n + (second ^ (second >> 29n)) * 0xc2b2ae3d27d4eb4fn;
  const folded = BigInt.asUintN(64, sum);
  return folded ^ (folded >> 32n);
}

describe('PageHasher', () => {
  it('is NH in two passes, in a window of its own and in any other memory', () => {
    const bytes = noise(40_000, 4);
    fc.assert(
      fc.property(
        fc.nat(1000),
        fc.integer({ min: 1, max: 256 }),
        fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
        (start, stripes, seed) => {
          const hasher = new PageHasher(seed);
          const size = stripes * 32;
          const right = expected(bytes.subarray(start, start + size), seed);
          expect(hashOf(hasher, bytes, start, size)).toBe(right);
          const window = hasher.window(bytes.length)!;
          window.set(bytes);
          expect(hashOf(hasher, window, start, size)).toBe(right);
        },
      ),
      { numRuns: 30 },
    );
  });

  it('takes zeros for what is missing of the last stripe, wherever the bytes lie', () => {
    const hasher = new PageHasher(1n);
    const bytes = noise(200, 5);
    const padded = Buffer.alloc(64);
    padded.set(bytes.subarray(10, 60));
    expect(hashOf(hasher, bytes, 0, 192)).not.toBe(hashOf(hasher, padded));
    expect(hashOf(hasher, bytes, 10, 50)).toBe(expected(padded, 1n));
    const window = hasher.window(200)!;
    window.set(bytes);
    expect(hashOf(hasher, window, 10, 50)).toBe(expected(padded, 1n));
    expect(window.equals(bytes)).toBe(true);
    expect(hashOf(hasher, bytes, 0, 0)).toBe(expected(Buffer.alloc(32), 1n));
  });

  it('hashes the largest page with keys to its end', () => {
    const page = noise(MAX_HASHED, 6);
    expect(hashOf(new PageHasher(9n), page)).toBe(expected(page, 9n));
  });

  it('hashes runs of pages as it does each of them, and says which are zero', () => {
    const hasher = new PageHasher(11n);
    const size = 1024;
    const window = hasher.window(3 * size * MAX_RUN)!;
    window.set(noise(window.length, 12));
    const starts = Uint32Array.from({ length: MAX_RUN + 1 }, (_, i) => 3 * size * Math.max(0, i - 1) + i);
    const zeros = [1, 2, MAX_RUN];
    for (const i of zeros) window.fill(0, starts[i], starts[i]! + size);
    // The last byte of a page is enough.
    window.fill(0, starts[7], starts[7]! + size - 1);
    const run = hasher.pages(hasher.placeOf(window), starts, 1, MAX_RUN, size)!;
    expect(run.hashed).toBe(MAX_RUN - zeros.length);
    const [states, hashes] = [[...run.states], [...run.hashes]];
    for (let i = 1; i <= MAX_RUN; i++) {
      expect(states[i - 1]).toBe(zeros.includes(i) ? ZERO_PAGE : HASHED_PAGE);
      if (zeros.includes(i)) continue;
      const hash = (BigInt(hashes[2 * i - 1]!) << 32n) | BigInt(hashes[2 * i - 2]!);
      expect(hash).toBe(hashOf(hasher, window, starts[i], size));
    }
  });

  it('leaves runs elsewhere and of odd sizes to who asks', () => {
    const hasher = new PageHasher(11n);
    const bytes = noise(4096, 13);
    const starts = Uint32Array.of(0);
    expect(hasher.pages(hasher.placeOf(bytes), starts, 0, 1, 1024)).toBeUndefined();
    const place = hasher.placeOf(hasher.window(4096)!);
    for (const size of [0, 1000]) expect(hasher.pages(place, starts, 0, 1, size)).toBeUndefined();
    expect(hasher.pages(place, starts, 0, 1, 1024)).toMatchObject({ hashed: 0 });
  });

  it('hands out windows that do not overlap, until there is no room', () => {
    const hasher = new PageHasher(1n);
    const windows = Array.from({ length: 16 }, () => hasher.window(1 << 20)!);
    windows.forEach((window, i) => window.fill(i + 1));
    expect(windows.map((window, i) => window.every((byte) => byte === i + 1))).not.toContain(false);
    expect(hasher.window(1)).toBeUndefined();
    const page = noise(4096, 7);
    expect(hashOf(hasher, page)).toBe(expected(page, 1n));
  });

  it('differs where one bit does', () => {
    const hasher = new PageHasher(3n);
    const page = hasher.window(4096)!;
    page.set(noise(4096, 8));
    const hashes = new Set([hashOf(hasher, page)]);
    for (let bit = 0; bit < 4096 * 8; bit += 97) {
      page[bit >> 3]! ^= 1 << (bit & 7);
      hashes.add(hashOf(hasher, page));
      page[bit >> 3]! ^= 1 << (bit & 7);
    }
    expect(hashes.size).toBe(1 + Math.ceil((4096 * 8) / 97));
  });
});
