import { describe, expect, it } from 'vitest';
import { brief, judgeMain } from '../harness.js';
import { section, stream } from './streams.js';

const FEATURES = 'virtio/guest_features';
const WIDE = 'virtio/virtio/64bit_features/guest_features';

describe('feature-dependency', () => {
  const net = section('10.0-pci-packed', 'virtio-net');
  const features = Buffer.from(net.payload).readUInt32BE(net.at(FEATURES));
  /** The features of the real device without some. */
  const without = (...bits: readonly number[]): typeof net => {
    const left = Buffer.alloc(4);
    left.writeUInt32BE((features & ~bits.reduce((sum, bit) => sum | (1 << bit), 0)) >>> 0);
    return net.with(FEATURES, ...left).with(net.at(WIDE) + 4, ...left);
  };

  it('warns of segmentation offload for a driver without checksums', async () => {
    const { bytes, at } = stream([without(1)]);
    const findings = await judgeMain(bytes);
    expect(new Set(findings.map(({ message }) => message.replace(/.*feature (\S+) without (\S+)$/, '$1 $2')))).toEqual(
      new Set(['GUEST_TSO4 GUEST_CSUM', 'GUEST_TSO6 GUEST_CSUM', 'GUEST_UFO GUEST_CSUM']),
    );
    expect(brief(findings)[0]).toEqual(['feature-dependency', 'warning', 'main', at(0) + net.at(FEATURES)]);
  });

  it('warns of packed rings for a driver of the old kind', async () => {
    const { bytes, at } = stream([net.with(net.at(WIDE) + 3, net.payload[net.at(WIDE) + 3]! & ~1)]);
    const [finding] = (await judgeMain(bytes)).filter(({ message }) => message.includes('RING_PACKED'));
    expect(finding).toMatchObject({
      rule: 'feature-dependency',
      offset: at(0) + net.at(WIDE),
      expected: 'VERSION_1',
      section: net.idstr,
    });
  });

  it('is content with one of several features', async () => {
    // ECN goes with either kind of segmentation.
    expect(await judgeMain(stream([without(7)]).bytes)).toEqual([]);
    expect(await judgeMain(stream([without(7, 8)]).bytes)).toMatchObject([{ expected: 'GUEST_TSO4 or GUEST_TSO6' }]);
  });

  it('is silent while a driver is at it', async () => {
    expect(await judgeMain(stream([without(1).with('virtio/status', 3)]).bytes)).toEqual([]);
  });
});
