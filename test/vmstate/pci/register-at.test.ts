import { describe, expect, it } from 'vitest';
import { registerAt } from '../../../src/vmstate/pci/register-at.js';
import { realSpace } from './spaces.js';

describe('registerAt', () => {
  const space = realSpace('10.0-pci-functions', 'igb');

  it.each([
    [0x00, 'vendor id', 0],
    [0x34, 'capability list', 0],
    [0x13, 'BAR0', 3],
    [0x35, 'reserved', 0],
    [0x71, 'MSI-X > next', 0],
    [0x73, 'MSI-X > control', 1],
    [0xf0, 'device specific', 0],
    [0x101, 'AER > header', 1],
    [0x171, 'SR-IOV > VFs', 1],
    [0x173, 'SR-IOV > byte 0x13', 0],
  ])('knows byte 0x%s', (offset, path, byte) => {
    expect(registerAt(space, offset)).toMatchObject({ path, byte });
  });
});
