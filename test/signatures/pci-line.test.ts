import { describe, expect, it } from 'vitest';
import { type BadConfigData, explainBadConfig, explainBadConfigIn } from '../../src/signatures/pci-line.js';
import { realSpace } from '../vmstate/pci/spaces.js';

const line = (offset: number, read: number, device: number): BadConfigData => ({
  offset,
  read,
  device,
  cmask: 0xff,
  wmask: 0,
  w1cmask: 0,
});

describe('explainBadConfig', () => {
  it.each([
    [0x00, 'vendor id', 'another device model'],
    [0x08, 'revision', 'the revision follows the machine type'],
    [0x12, 'BAR0', 'a BAR differs'],
    [0x20, 'BAR4 (of a PCI bridge: memory base)', 'a BAR differs'],
    [0x30, 'expansion ROM (of a PCI bridge: IO base upper)', 'the option ROM has another size'],
    [0x9a, 'in a capability', 'another number of MSI-X vectors'],
    [0x104, 'in the extended capabilities', 'a capability differs'],
  ])('of byte 0x%s', (offset, place, meaning) => {
    const said = explainBadConfig(line(offset, 3, 1));
    expect(said[0]).toContain(`is ${place}`);
    expect(said.at(-1)).toContain(meaning);
  });

  it('says where the lists start', () => {
    expect(explainBadConfig(line(0x34, 0x84, 0x98))).toContain(
      "the first capability is at 0x84 in the stream and at 0x98 in the destination's device",
    );
  });

  it('counts only the bits that are compared', () => {
    expect(explainBadConfig({ ...line(0x9b, 0xff, 0), wmask: 0xc0 })[0]).toContain('bits 0x3f have to be equal');
  });
});

describe('explainBadConfigIn', () => {
  it('names the register of the stream', () => {
    const space = realSpace('10.0-pci-functions', 'igb');
    expect(explainBadConfigIn(line(0x72, 3, 1), space)[0]).toBe(
      'byte 0x72 of the stream is MSI-X > control (MSI-X at 0x70)',
    );
    expect(explainBadConfigIn(line(0x08, 3, 1), space)[0]).toBe('byte 0x8 of the stream is revision');
  });
});
