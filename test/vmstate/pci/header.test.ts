import { describe, expect, it } from 'vitest';
import { headerType, readBars, readHeader } from '../../../src/vmstate/pci/header.js';
import { registerNames } from '../../../src/vmstate/pci/register.js';
import { madeSpace, realSpace } from './spaces.js';

describe('readHeader', () => {
  it('has the windows of a bridge', () => {
    const space = realSpace('10.0-pci-bridges', 'pci_bridge');
    expect(headerType(space)).toBe(1);
    const of = (name: string): string =>
      readHeader(space)
        .filter((one) => one.name === name)
        .flatMap(registerNames)
        .join(' ');
    expect(of('memory base')).toBe('0xfe800000');
    expect(of('memory limit')).toBe('0xfe9fffff');
    expect(of('IO limit')).toBe('16 bit 0xdfff');
    expect(of('prefetchable limit')).toBe('64 bit 0xfd5fffff');
  });

  it('knows CardBus bridges', () => {
    const space = madeSpace();
    space[0x0e] = 2;
    expect(readHeader(space).map(({ name }) => name)).toContain('CardBus bus');
  });

  it('keeps to what all have for other types', () => {
    const space = madeSpace();
    space[0x0e] = 5;
    expect(readHeader(space).at(-1)!.name).toBe('BIST');
  });
});

describe('readBars', () => {
  it.each([
    [0xe001, 'IO at 0xe000'],
    [0xfe00_0000, 'memory at 0xfe000000, 32 bit'],
    [0xfe00_0008, 'memory at 0xfe000000, 32 bit, prefetchable'],
    [0xffff_fff0, 'memory unmapped, 32 bit'],
    [0x0000_0001, 'IO unmapped'],
  ])('reads 0x%s', (value, meaning) => {
    const space = madeSpace();
    space.writeUInt32LE(value, 0x10);
    expect(registerNames(readBars(space)[0]!)).toEqual([meaning]);
  });

  it('joins the halves of a 64-bit one', () => {
    const space = madeSpace();
    space.writeBigUInt64LE(0x8_0000_000cn, 0x14);
    expect(readBars(space).map(({ name, size }) => [name, size])).toEqual([
      ['BAR0', 4],
      ['BAR1', 8],
      ['BAR3', 4],
      ['BAR4', 4],
      ['BAR5', 4],
    ]);
    expect(registerNames(readBars(space)[1]!)).toEqual(['memory at 0x800000000, 64 bit, prefetchable']);
  });
});
