import { expect, it } from 'vitest';
import { className, deviceName, vendorName } from '../../../src/vmstate/pci/identity.js';

it('names vendors, devices and classes, and is silent about others', () => {
  expect(vendorName(0x1af4)).toBe('Red Hat, virtio');
  expect(deviceName(0x1af4, 0x1041)).toBe('virtio-net');
  expect(deviceName(0x8086, 0x29c0)).toBe('Q35 MCH');
  expect(className(0x0c0330)).toBe('USB controller, xHCI');
  expect([vendorName(1), deviceName(1, 1), className(0xabcdef)]).toEqual([undefined, undefined, undefined]);
});
