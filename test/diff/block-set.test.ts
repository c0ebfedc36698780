import { describe, expect, it } from 'vitest';
import { compareBlockSets } from '../../src/diff/block-set.js';
import type { BlockIndex, RamSnapshot } from '../../src/diff/ram-index.js';

const block = (name: string, usedLength: number, declared = true): BlockIndex => ({
  name,
  usedLength,
  declared,
  chunks: new Map(),
});
const of = (...blocks: readonly BlockIndex[]): RamSnapshot => ({ pageSize: 0x1000, blocks, dropped: 0 });

describe('compareBlockSets', () => {
  it('tells blocks of one side, and other lengths', () => {
    const a = of(block('pc.ram', 0x4000), block('vga.vram', 0x1000), block('/rom@etc/acpi/tables', 0x1000));
    const b = of(block('pc.ram', 0x8000), block('/rom@etc/acpi/tables', 0x2000));
    expect(
      compareBlockSets(a, b).map(({ path, message, aToB, bToA }) => [path, message, aToB.verdict, bToA.verdict]),
    ).toEqual([
      ['pc.ram', 'RAM block of 0x4000 bytes, 0x8000', 'refused', 'refused'],
      ['vga.vram', 'RAM block only in A, 0x1000 bytes', 'refused', 'state-lost'],
      ['/rom@etc/acpi/tables', 'RAM block of 0x1000 bytes, 0x2000', 'loads', 'loads'],
    ]);
    expect(compareBlockSets(a, a)).toEqual([]);
  });

  it('says nothing of a side that has no list of its blocks', () => {
    const list = of(block('pc.ram', 0x4000));
    expect(compareBlockSets(list, of())).toEqual([]);
    expect(compareBlockSets(of(block('other', 0x1000, false)), list)).toEqual([]);
  });
});
