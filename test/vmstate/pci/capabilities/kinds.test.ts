/** Capabilities whose size, name or registers depend on what stands in them. */
import { describe, expect, it } from 'vitest';
import { decodeConfigSpace } from '../../../../src/vmstate/pci/config-space.js';
import { msixVectors } from '../../../../src/vmstate/pci/capabilities/message-signalled.js';
import { madeSpace, realSpace } from '../spaces.js';

const only = (
  bytes: readonly number[],
  vendor = 0x8086,
  device = 0x100e,
): ReturnType<typeof decodeConfigSpace>['capabilities'][number] => {
  const space = madeSpace([0x40, bytes]);
  space.writeUInt16LE(vendor, 0);
  space.writeUInt16LE(device, 2);
  return decodeConfigSpace(space).capabilities[0]!;
};

describe('MSI', () => {
  it.each([
    [0x00, 0x0a],
    [0x80, 0x0e],
    [0x100, 0x14],
    [0x180, 0x18],
  ])('with flags 0x%s has %s bytes', (flags, size) => {
    expect(only([0x05, flags & 255, flags >> 8]).size).toBe(size);
  });
});

describe('MSI-X', () => {
  it('counts its vectors from the last', () => {
    expect(msixVectors(madeSpace([0x40, [0x11, 0xff, 0x07]]), 0x40)).toBe(2048);
  });
});

describe('vendor-specific', () => {
  it('is that of virtio only in virtio devices', () => {
    expect(only([0x09, 0x14, 2], 0x1af4, 0x1041)).toMatchObject({ name: 'virtio NOTIFY_CFG', size: 0x14 });
    expect(only([0x09, 0x14, 2], 0x1af4, 0x1110).name).toBe('vendor-specific');
    expect(only([0x09, 0x10, 77], 0x1af4, 0x1041).name).toBe('virtio');
  });
});

describe('PCI Express', () => {
  it('has slot and root registers only where there are a slot and a root', () => {
    const registers = (fixture: string, end: string): string[] =>
      decodeConfigSpace(realSpace(fixture, end))
        .capabilities.find(({ name }) => name === 'PCI Express')!
        .registers.map(({ name }) => name);
    expect(registers('10.0-pci-bridges', 'ioh-3240-express-root-port')).toContain('root control');
    expect(registers('10.0-pci-bridges', 'downstream-port')).toContain('slot status');
    expect(registers('10.0-pci-functions', 'igb')).not.toContain('slot status');
  });

  it('of version 1 is shorter', () => {
    expect([only([0x10, 0x01]).size, only([0x10, 0x02]).size]).toEqual([0x14, 0x3c]);
  });
});

describe('HyperTransport', () => {
  it('is named by its kind', () => {
    expect(only([0x08, 0, 0xa8]).name).toBe('HyperTransport MSI mapping');
    expect(only([0x08, 0, 0x20]).name).toBe('HyperTransport host interface');
  });
});

describe('enhanced allocation', () => {
  it('sums up its entries', () => {
    expect(only([0x14, 2, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2]).size).toBe(4 + 16 + 12);
  });
});

describe('AER', () => {
  it('has the root registers in root ports', () => {
    const registers = (end: string): string[] =>
      decodeConfigSpace(realSpace('10.0-pci-bridges', end)).extended[0]!.registers.map(({ name }) => name);
    expect(registers('root-port')).toContain('root status');
    expect(registers('upstream-port')).not.toContain('root status');
  });
});
