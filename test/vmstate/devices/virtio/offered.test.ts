import { expect, it } from 'vitest';
import { VIRTIO_F_RING_PACKED, VIRTIO_F_VERSION_1 } from '../../../../src/vmstate/devices/virtio/features.js';
import { mayOffer, offeredFeatures } from '../../../../src/vmstate/devices/virtio/offered.js';
import { decodeDevice } from '../../../../src/vmstate/device.js';
import { deviceSection } from '../fixtures.js';

const offers = (fixture: string, bits: readonly number[]): boolean[] => {
  const { description, payload, context } = deviceSection(fixture, 'virtio-net');
  const offered = offeredFeatures(decodeDevice(description, payload, context).state!);
  return bits.map((bit) => mayOffer(offered, bit));
};

it('is told by the subsections of real devices', () => {
  const bits = [5, VIRTIO_F_VERSION_1, VIRTIO_F_RING_PACKED, 40, 64];
  expect(offers('10.0-pci-packed', bits)).toEqual([true, true, true, true, false]);
  expect(offers('11.1-pci-net', bits).slice(0, 3)).toEqual([true, true, false]);
});
