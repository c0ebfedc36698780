import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeConfigSpace, findCapability } from '../../../src/vmstate/pci/config-space.js';
import { registerNames } from '../../../src/vmstate/pci/register.js';
import { madeSpace, realSpace } from './spaces.js';

const PM = [0x01, 0x03, 0x00, 0, 0, 0, 0];

describe('decodeConfigSpace', () => {
  it('follows the list of a real function', () => {
    const { capabilities, extended, headerType, notes } = decodeConfigSpace(realSpace('10.0-pci-functions', 'igb'));
    expect(capabilities.map(({ name, offset }) => [name, offset])).toEqual([
      ['power management', 0x40],
      ['MSI', 0x50],
      ['MSI-X', 0x70],
      ['PCI Express', 0xa0],
    ]);
    expect(extended.map(({ name, offset }) => [name, offset])).toEqual([
      ['AER', 0x100],
      ['ARI', 0x150],
      ['SR-IOV', 0x160],
    ]);
    expect({ headerType, notes }).toEqual({ headerType: 0, notes: [] });
  });

  it('says what registers stand for', () => {
    const { registers, capabilities } = decodeConfigSpace(realSpace('10.0-pci-functions', 'igb'));
    const named = (name: string): string =>
      registers
        .filter((one) => one.name === name)
        .flatMap(registerNames)
        .join(' ');
    expect(named('vendor id')).toBe('Intel');
    expect(named('device id')).toBe('igb');
    expect(named('class')).toBe('Ethernet controller');
    const control = capabilities.find(({ name }) => name === 'MSI-X')!.registers[0]!;
    expect(registerNames(control)).toEqual(['vectors=10']);
  });

  it('has no list without the bit in the status', () => {
    const space = madeSpace([0x40, PM]);
    space[6] = 0;
    expect(decodeConfigSpace(space).capabilities).toEqual([]);
  });

  it.each([
    ['comes back', [0x41, 0x40], 'the capability list comes back to 0x40', 1],
    ['leads into the header', [0x41, 0x10], 'the capability list leads to 0x10', 1],
    ['leads past the end', [0x41, 0xfd], undefined, 1],
    ['meets no id', [0x41, 0x80], 'no capability at 0x80', 1],
  ])('ends a list that %s', (_, [at, next], note, found) => {
    const space = madeSpace([0x40, PM]);
    space[at!] = next!;
    const { capabilities, notes } = decodeConfigSpace(space);
    expect(capabilities.length).toBe(found);
    expect(notes).toEqual(note === undefined ? ['no capability at 0xfc'] : [note]);
  });

  it('ends an extended list that comes back', () => {
    const space = Buffer.alloc(4096);
    space.writeUInt32LE(0x1001_0003 | (0x110 << 20), 0x100);
    space.writeUInt32LE((0x100 << 20) | 0x1_000e, 0x110);
    const { extended, notes } = decodeConfigSpace(space);
    expect(extended.length).toBe(2);
    expect(notes).toEqual(['the extended capability list comes back to 0x100']);
  });

  it('names capabilities that it does not know by their id', () => {
    expect(decodeConfigSpace(madeSpace([0x40, [0x77]])).capabilities[0]!.name).toBe('capability 0x77');
  });

  it('finds the first capability with an id', () => {
    const space = madeSpace([0x40, [0x09, 4]], [0x50, [0x09, 4]]);
    expect(findCapability(space, 0x09)?.offset).toBe(0x40);
    expect(findCapability(space, 0x05)).toBeUndefined();
  });

  it('stays inside whatever the bytes are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 600 }), (bytes) => {
        if (bytes.length > 0x34) bytes[6]! |= 0x10;
        const { registers, capabilities, extended } = decodeConfigSpace(bytes);
        for (const one of [...registers, ...capabilities, ...extended]) {
          expect(one.offset + one.size).toBeLessThanOrEqual(bytes.length);
        }
        for (const { offset, size, registers: own } of [...capabilities, ...extended])
          for (const one of own) expect(one.offset + one.size).toBeLessThanOrEqual(offset + size);
      }),
      { numRuns: 300 },
    );
  });
});
