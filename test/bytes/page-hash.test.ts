import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import xxhash from 'xxhash-wasm';
import { PageHasher } from '../../src/bytes/page-hash.js';
import { noise } from '../build/bytes.js';

const { h64Raw } = await xxhash();

function hashOf(hasher: PageHasher, start: number, size: number): bigint {
  const into = new Uint32Array(4);
  hasher.hash(start, size, into, 2);
  return (BigInt(into[3]!) << 32n) | BigInt(into[2]!);
}

describe('PageHasher', () => {
  it('is XXH64 of whole stripes, wherever they lie', () => {
    const bytes = noise(40_000, 4);
    fc.assert(
      fc.property(
        fc.nat(1000),
        fc.integer({ min: 1, max: 256 }),
        fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
        (start, stripes, seed) => {
          const hasher = new PageHasher(seed);
          hasher.load(bytes, start, start + stripes * 32);
          expect(hashOf(hasher, start, stripes * 32)).toBe(h64Raw(bytes.subarray(start, start + stripes * 32), seed));
        },
      ),
    );
  });

  it('takes zeros for what is missing of the last stripe, and leaves what stands there', () => {
    const bytes = noise(200, 5);
    const hasher = new PageHasher(1n);
    hasher.load(bytes, 0, 200);
    const padded = Buffer.alloc(64);
    padded.set(bytes.subarray(10, 60));
    expect(hashOf(hasher, 10, 50)).toBe(h64Raw(padded, 1n));
    expect(hashOf(hasher, 0, 192)).toBe(h64Raw(bytes.subarray(0, 192), 1n));
  });

  it('makes room for more', () => {
    const bytes = noise(5 << 20, 6);
    const hasher = new PageHasher(9n);
    hasher.load(bytes, 0, bytes.length);
    const last = bytes.length - 4096;
    expect(hashOf(hasher, last, 4096)).toBe(h64Raw(bytes.subarray(last), 9n));
  });
});
