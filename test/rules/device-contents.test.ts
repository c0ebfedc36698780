import { describe, expect, it } from 'vitest';
import {
  type DeviceEvent,
  isVirtioDevice,
  PCI_CONFIG,
  PCI_IRQ_STATE,
  pciParts,
  placeIn,
  scsiState,
  virtioSection,
} from '../../src/rules/device-contents.js';
import { type DeviceSection, deviceSection } from '../vmstate/devices/fixtures.js';

/** The event that a section makes. */
function event({ idstr, context, payload, description }: DeviceSection): DeviceEvent {
  const { sectionVersion: version } = context;
  return {
    kind: 'device-state',
    offset: 1000,
    id: 1,
    idstr,
    instance: 0,
    version,
    payload,
    ...(description && { description }),
  };
}

const blk = event(deviceSection('10.0-pci-packed', 'virtio-blk'));
const ahci = event(deviceSection('10.0-pci-functions', 'ich9_ahci'));
const scsi = event(deviceSection('10.0-scsi-in-flight', 'scsi-disk'));

describe('virtioSection', () => {
  it('takes the section of a virtio device apart, once', () => {
    const section = virtioSection(blk, 'pc-q35-10.0')!;
    expect(section.facts.status).toBe(15);
    expect(section.core.vmsdName).toBe('virtio');
    expect(virtioSection(blk, 'pc-q35-10.0')).toBe(section);
  });

  it('takes apart what nothing describes', () => {
    expect(virtioSection(event(deviceSection('7.2-pci-machine-2.1', 'virtio-blk')), undefined)).toBeDefined();
  });

  it('is nothing for other devices, and for a payload that has no core', () => {
    expect(virtioSection(ahci, 'pc-q35-10.0')).toBeUndefined();
    expect(isVirtioDevice(ahci.description!)).toBe(false);
    expect(virtioSection({ ...blk, payload: Buffer.alloc(blk.payload.length, 0xff) }, 'pc-q35-10.0')).toBeUndefined();
  });
});

describe('scsiState', () => {
  it('is that of disks with requests in flight', () => {
    expect(scsiState(scsi, 'pc-i440fx-10.0')).toBeDefined();
    expect(scsiState(blk, 'pc-q35-10.0')).toBeUndefined();
  });
});

describe('pciParts', () => {
  it.each([
    ['that the vmdesc describes', ahci, 256],
    ['of virtio', blk, 256],
    ['of PCI Express', event(deviceSection('10.0-pci-bridges', 'xio3130-express-upstream-port')), 4096],
  ])('finds the config space and the interrupt levels of a function %s', (_, of, size) => {
    const parts = pciParts(of, 'pc-q35-10.0');
    expect(parts.map(({ type, bytes }) => [type, bytes.length])).toEqual([
      [PCI_CONFIG, size],
      [PCI_IRQ_STATE, 16],
    ]);
    for (const { start, bytes } of parts) expect(of.payload.subarray(start, start + bytes.length)).toEqual(bytes);
  });

  it('finds none in a device that is no PCI function', () => {
    expect(pciParts(scsi, 'pc-i440fx-10.0')).toEqual([]);
  });
});

it('placeIn counts from the start of the channel', () => {
  expect(placeIn(blk, 'main', { start: 5, size: 2 }, 'a > b')).toEqual({
    channel: 'main',
    offset: 1005,
    length: 2,
    section: blk.idstr,
    path: 'a > b',
  });
});
