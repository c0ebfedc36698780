import { describe, expect, it } from 'vitest';
import {
  featureBits,
  featureMeanings,
  featureName,
  missingFeatures,
  STATUS,
} from '../../../../src/vmstate/devices/virtio/features.js';
import { VIRTIO_DEVICES, virtioDevice } from '../../../../src/vmstate/devices/virtio/index.js';
import { namesOf } from '../../../../src/vmstate/meaning.js';

describe('features', () => {
  it('have the names of their device, and those that all have', () => {
    const net = virtioDevice('virtio-net');
    expect([0, 32, 66, 34, 12].map((bit) => featureName(net, bit))).toEqual([
      'CSUM',
      'VERSION_1',
      'GUEST_UDP_TUNNEL_GSO_CSUM',
      'RING_PACKED',
      'HOST_TSO6',
    ]);
    expect(featureName(undefined, 0)).toBeUndefined();
    expect(featureName(undefined, 28)).toBe('RING_INDIRECT_DESC');
  });

  it('are named in each of the words that they are saved in', () => {
    const { low, high, both, upper, third, fourth } = featureMeanings(virtioDevice('virtio-net'));
    expect(namesOf(low, 1)).toEqual(['CSUM']);
    expect(namesOf(high, 1)).toEqual(['VERSION_1']);
    expect(namesOf(both, 0x1_0000_0001n)).toEqual(['CSUM', 'VERSION_1']);
    expect(namesOf(upper, 2n)).toEqual(['GUEST_UDP_TUNNEL_GSO']);
    expect(namesOf(third, 2)).toEqual(['GUEST_UDP_TUNNEL_GSO']);
    expect(namesOf(fourth, 2)).toEqual(['bit 1']);
  });

  it('are of no device twice, nor in the way of those that all have', () => {
    for (const { features } of VIRTIO_DEVICES) {
      const names = Object.values(features);
      expect(new Set(names).size).toBe(names.length);
      for (const bit of Object.keys(features).map(Number)) expect(bit < 24 || bit > 41).toBe(true);
    }
  });

  it('count from where they start', () => {
    expect(featureBits(0b1001)).toEqual([0, 3]);
    expect(featureBits(1n << 63n, 64)).toEqual([127]);
    expect(featureBits(0)).toEqual([]);
  });

  it('name the status', () => {
    expect(namesOf(STATUS, 0xcf)).toEqual([
      'ACKNOWLEDGE',
      'DRIVER',
      'DRIVER_OK',
      'FEATURES_OK',
      'NEEDS_RESET',
      'FAILED',
    ]);
  });
});

describe('missingFeatures', () => {
  const missing = (...features: readonly number[]): unknown[] =>
    missingFeatures(virtioDevice('virtio-net'), new Set(features)).map(({ feature, needs }) => [feature, needs]);

  it('are those of which a feature needs one', () => {
    expect(missing(22)).toEqual([[22, [17]]]);
    expect(missing(17, 22)).toEqual([]);
    expect(missing(9)).toEqual([[9, [7, 8]]]);
    expect(missing(1, 8, 9)).toEqual([]);
  });

  it('are VERSION_1 for the features of new drivers, of every device', () => {
    expect(missing(34)).toEqual([[34, [32]]]);
    expect(missing(32, 34)).toEqual([]);
    expect(missingFeatures(undefined, new Set([33, 22]))).toEqual([{ feature: 33, needs: [32] }]);
  });
});
