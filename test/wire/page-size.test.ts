import { describe, expect, it } from 'vitest';
import { isPageSize, likelyPageSize, PAGE_SIZES } from '../../src/wire/page-size.js';

describe('page size', () => {
  it.each([
    [undefined, 0x1000],
    ['pc-q35-10.0', 0x1000],
    ['virt-11.1', 0x1000],
    ['clipper', 0x2000],
    ['sun4u', 0x2000],
    ['raspi3b', 0x400],
    ['vexpress-a9', 0x400],
    ['arduino-uno', 0x100],
    ['KIT_AURIX_TC277_TRB', 0x4000],
  ])('of %s is likely %d', (machine, size) => {
    expect(likelyPageSize(machine)).toBe(size);
  });

  it('is a power of two that some target has', () => {
    for (const size of PAGE_SIZES) expect(Math.log2(size) % 1).toBe(0);
    expect([0x100, 0x1000, 0x1_0000].every(isPageSize)).toBe(true);
    expect([0, 1, 0x80, 0x1001, 0x2_0000, -0x1000, NaN].some(isPageSize)).toBe(false);
  });
});
