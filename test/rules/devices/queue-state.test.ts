import { describe, expect, it } from 'vitest';
import { brief, judgeMain } from '../harness.js';
import { section, stream } from './streams.js';

describe('queue-state', () => {
  it('tells of an index into a ring that is not there, with the words of QEMU', async () => {
    const real = section('11.1-mmio-blk');
    const place = 'virtio/queues[0]/vring.desc';
    const { bytes, at } = stream([
      real.with(place, 0, 0, 0, 0, 0, 0, 0, 0).with('virtio/queues[0]/last_avail_idx', 0, 9),
    ]);
    const findings = await judgeMain(bytes);
    expect(brief(findings)).toEqual([
      ['queue-state', 'error', 'main', at(0) + real.at('virtio/queues[0]/last_avail_idx')],
    ]);
    expect(findings[0]).toMatchObject({
      qemu: { text: 'VQ 0 address 0x0 inconsistent with Host index 0x9' },
      section: real.idstr,
      path: 'virtio > queues[0] > last_avail_idx',
    });
  });

  it('warns of a packed ring that counts other descriptors than its indices', async () => {
    const real = section('10.0-pci-packed', 'virtio-blk');
    const place = 'virtio/virtio/packed_virtqueues/queues[0]/inuse';
    const { bytes, at } = stream([real.with(place, 0, 0, 0, 5)]);
    expect(brief(await judgeMain(bytes))).toEqual([['queue-state', 'warning', 'main', at(0) + real.at(place)]]);
  });

  it('warns of a split ring whose size is no power of two', async () => {
    const real = section('5.2-pci-blk');
    const place = 'virtio/queues[0]/vring.num';
    const { bytes, at } = stream([real.with(place, 0, 0, 0, 77)]);
    expect(brief(await judgeMain(bytes))).toEqual([['queue-state', 'warning', 'main', at(0) + real.at(place)]]);
  });

  it.each(['10.0-pci-packed', '10.0-ccw', '7.2-pci-blk-big-endian', '11.1-pci-net'])(
    'has nothing to say of %s',
    async (name) => {
      const { bytes } = stream([section(name)]);
      expect(await judgeMain(bytes)).toEqual([]);
    },
  );
});
