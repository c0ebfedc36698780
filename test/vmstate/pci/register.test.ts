import { expect, it } from 'vitest';
import { enumeration } from '../../../src/vmstate/meaning.js';
import { littleEndian, readRegisters, register, registerNames, u } from '../../../src/vmstate/pci/register.js';

const SPACE = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9);

it('reads numbers of little-endian bytes, and others as bytes', () => {
  expect(littleEndian(SPACE, 0, 3)).toBe(0x030201);
  expect(littleEndian(SPACE, 1, 8)).toBe(0x0908_0706_0504_0302n);
  expect(littleEndian(SPACE, 0, 5)).toEqual(SPACE.subarray(0, 5));
  expect(u(SPACE, 8, 2)).toBe(0);
});

it('leaves out what does not fit', () => {
  const layouts = [register(0, 2, 'a', enumeration({ 0x0504: 'five four' })), register(2, 4, 'b'), register(6, 4, 'c')];
  const read = readRegisters(SPACE, layouts, 3);
  expect(read.map(({ name, offset, value }) => [name, offset, value])).toEqual([
    ['a', 3, 0x0504],
    ['b', 5, 0x09080706],
  ]);
  expect(read.map(registerNames)).toEqual([['five four'], []]);
  expect(readRegisters(SPACE, layouts, 3, 8).length).toBe(1);
});
