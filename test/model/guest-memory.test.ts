import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AddressMap } from '../../src/model/address-map.js';
import { guestMemory } from '../../src/model/guest-memory.js';

const MAP: AddressMap = {
  segments: [
    { block: 'ram', blockOffset: 0, address: 0x0, length: 0x40 },
    { block: 'rom', blockOffset: 0x10, address: 0x40, length: 0x20 },
    { block: 'ram', blockOffset: 0x40, address: 0x1000, length: 0x40 },
  ],
  hidden: [],
  unknown: [],
  assumptions: [],
};
const BLOCKS: Record<string, Uint8Array> = {
  ram: Uint8Array.from({ length: 0x80 }, (_, i) => i),
  rom: Uint8Array.from({ length: 0x30 }, (_, i) => 0x80 + i),
};
const memory = guestMemory(MAP, (block, offset, length) => BLOCKS[block]!.subarray(offset, offset + length));
const at = (address: number, length: number): number[] | undefined => {
  const bytes = memory(address, length);
  return bytes && [...bytes];
};

describe('guestMemory', () => {
  it('reads blocks where they lie', () => {
    expect(at(0x3e, 2)).toEqual([0x3e, 0x3f]);
    expect(at(0x40, 1)).toEqual([0x90]);
    expect(at(0x1000, 2)).toEqual([0x40, 0x41]);
  });

  it('goes on in the segment behind', () => {
    expect(at(0x3f, 2)).toEqual([0x3f, 0x90]);
  });

  it.each([
    ['between segments', 0x800, 1],
    ['behind the last', 0x1040, 1],
    ['over an end into nothing', 0x5f, 2],
    ['below zero', -1, 1],
    ['less than nothing', 0, -1],
  ])('has nothing %s', (_, address, length) => {
    expect(memory(address, length)).toBeUndefined();
  });

  it('has nothing where the contents are not known, or not all of them', () => {
    expect(guestMemory(MAP, () => undefined)(0, 4)).toBeUndefined();
    expect(guestMemory(MAP, () => new Uint8Array(1))(0, 4)).toBeUndefined();
    expect(guestMemory(MAP, (block) => (block === 'rom' ? undefined : new Uint8Array(1)))(0x3f, 2)).toBeUndefined();
  });

  it('is byte by byte what it is in one piece', () => {
    fc.assert(
      fc.property(fc.nat(0x1100), fc.integer({ min: 1, max: 0x70 }), (address, length) => {
        const bytes = Array.from({ length }, (_, i) => at(address + i, 1)?.[0]);
        expect(at(address, length)).toEqual(bytes.includes(undefined) ? undefined : bytes);
      }),
    );
  });
});
