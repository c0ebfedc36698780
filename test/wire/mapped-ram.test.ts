import { describe, expect, it } from 'vitest';
import { MAPPED_RAM_HEADER, mappedRamBitmapSize } from '../../src/wire/mapped-ram.js';
import { hexBytes } from '../build/bytes.js';

describe('mapped-ram', () => {
  it('reads the header that QEMU wrote', () => {
    const bytes = hexBytes('00000001 0000000000001000 0000000000000089 0000000000100000');
    expect(MAPPED_RAM_HEADER.size).toBe(28);
    expect(MAPPED_RAM_HEADER.parse(bytes, 0)).toEqual({
      version: 1,
      pageSize: 0x1000,
      bitmapOffset: 0x89,
      pagesOffset: 0x10_0000,
    });
  });

  it.each([
    [0x200_0000, 0x1000, 1024],
    [0x1000, 0x1000, 8],
    [64 * 0x1000, 0x1000, 8],
    [65 * 0x1000, 0x1000, 16],
    [0x1001, 0x1000, 8],
    [0, 0x1000, 0],
  ])('a block of %d bytes with pages of %d has a bitmap of %d', (used, pageSize, bytes) => {
    expect(mappedRamBitmapSize(used, pageSize)).toBe(bytes);
  });
});
