import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { embeddedSubsections, findInsertion } from '../../src/diff/opaque.js';
import { join, noise, u16 } from '../build/bytes.js';
import { subsection } from '../build/elements.js';

describe('findInsertion', () => {
  it('finds where bytes were inserted', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 1, max: 100 }), (place, length) => {
        const short = noise(300, 5);
        const long = join(short.subarray(0, place), noise(length, 6), short.subarray(place));
        const found = findInsertion(short, long)!;
        expect(found).toMatchObject({ length, before: 0, behind: 0 });
        expect(found.from).toBeLessThanOrEqual(place);
        expect(found.to).toBeGreaterThanOrEqual(place);
        expect(findInsertion(long, short)).toEqual(found);
      }),
    );
  });

  it('gives the range of places that look alike', () => {
    const short = join(noise(20, 1), Buffer.alloc(30), noise(20, 2));
    const long = join(noise(20, 1), Buffer.alloc(40), noise(20, 2));
    expect(findInsertion(short, long)).toEqual({ length: 10, from: 20, to: 50, before: 0, behind: 0 });
  });

  it('counts what differs besides', () => {
    const short = noise(200, 7);
    const long = join(short.subarray(0, 100), Buffer.alloc(16), short.subarray(100));
    long[10]! ^= 1;
    long[190]! ^= 1;
    expect(findInsertion(short, long)).toMatchObject({ before: 1, behind: 1, length: 16 });
  });

  it('finds none in other contents, or where nothing was inserted', () => {
    expect(findInsertion(noise(100, 1), noise(120, 2))).toBeUndefined();
    expect(findInsertion(noise(100, 1), noise(100, 1))).toBeUndefined();
  });
});

describe('embeddedSubsections', () => {
  it('names those that stand in a payload', () => {
    const payload = join(
      noise(40, 3),
      subsection('virtio/64bit_features', u16(1)),
      subsection('virtio/started', u16(1)),
    );
    expect(embeddedSubsections(payload)).toEqual(['virtio/64bit_features', 'virtio/started']);
  });

  it('takes no chance bytes for one', () => {
    expect(embeddedSubsections(Buffer.from('\x05\x03abc\x05\xff/x\x05'))).toEqual([]);
  });
});
