import { describe, expect, it } from 'vitest';
import { hexBytes, join, u16, u32, u64, u8 } from '../../../build/bytes.js';
import { perQueue, subsection, virtioPayload } from '../../../build/virtio.js';
import { decodeSection, decodeVirtio } from '../decoded.js';

const VERSION_1 = 1n << 32n;

describe('the core of a virtio device', () => {
  it('is cut into fields, with the subsections behind the state of the device', () => {
    const { failures, values } = decodeVirtio(
      'virtio-rng',
      virtioPayload({
        status: 0x0f,
        isr: 1,
        queueSel: 2,
        features: VERSION_1 | (1n << 28n),
        queues: [{ num: 8, desc: 0x1000, lastAvailIdx: 5 }],
      }),
    );
    expect(failures).toEqual([]);
    expect(values).toEqual({
      'transport/host_features_sel': 0,
      'transport/guest_features_sel': 0,
      'transport/guest_page_shift': 0,
      status: 0x0f,
      isr: 1,
      queue_sel: 2,
      guest_features: 1 << 28,
      config_len: 0,
      num_queues: 1,
      'queues[0]/vring.num': 8,
      'queues[0]/vring.align': 4096,
      'queues[0]/vring.desc': 0x1000n,
      'queues[0]/last_avail_idx': 5,
      'virtio/64bit_features/guest_features': VERSION_1 | (1n << 28n),
    });
  });

  it.each([
    ['a modern driver', VERSION_1, [], undefined, 0x0102],
    ['a legacy driver, on a little-endian target', 0n, [], 'virt-9.0', 0x0102],
    ['a legacy driver, on a big-endian target', 0n, [], 's390-ccw-virtio-9.0', 0x0201],
    ['a legacy driver that is little-endian on a big-endian target', 0n, [1], 's390-ccw-virtio-9.0', 0x0102],
    ['a legacy driver that is big-endian on a little-endian target', 0n, [2], 'virt-9.0', 0x0201],
  ])('reads the config space in the byte order of %s', (_, features, endian, machine, cols) => {
    const subsections = [
      ...endian.map((value) => subsection('virtio/device_endian', u8(value))),
      subsection('virtio/64bit_features', u64(features)),
    ];
    const part = join(u16(0), u16(0), u32(1), u32(0), u32(0));
    const payload = virtioPayload({ features, config: hexBytes('02010000'), part, subsections });
    expect(decodeVirtio('virtio-console', payload, 3, machine).values).toMatchObject({
      'config/cols': cols,
      'config/rows': 0,
    });
  });

  it('says nothing of a config space that no driver ever read', () => {
    const { values } = decodeVirtio('virtio-vhost_vsock', virtioPayload({ config: Buffer.alloc(8) }));
    expect(values).toMatchObject({ config_len: 8, config: 'zeros' });
    expect(values).not.toHaveProperty('config/guest_cid');
  });

  it('keeps what a config space has beyond what is known of it, and what is not known at all', () => {
    const config = hexBytes('0300000000000000 beef');
    expect(decodeVirtio('virtio-vhost_vsock', virtioPayload({ config, features: VERSION_1 })).values).toMatchObject({
      'config/guest_cid': 3n,
      'config/rest': 'beef',
    });
    expect(decodeVirtio('virtio-rng', virtioPayload({ config })).values).toMatchObject({
      config: config.toString('hex'),
    });
  });

  it.each<[string, (payload: Buffer) => void, string, number]>([
    ['status bits that there are none of', (payload) => payload.writeUInt8(0x20, 12), 'the status is 0x20', 12],
    ['a queue beyond the last', (payload) => payload.writeUInt16BE(1024, 14), 'queue 1024 is selected', 14],
    ['a large config space', (payload) => payload.writeUInt32BE(4097, 20), 'the config space has 4097 bytes', 20],
    ['too many queues', (payload) => payload.writeUInt32BE(1025, 24), 'there are 1025 queues', 24],
    ['more queues than there are', (payload) => payload.writeUInt32BE(2, 24), 'a queue has 84833897 entries', 46],
    ['an empty queue', (payload) => payload.writeUInt32BE(0, 28), 'a queue has 0 entries', 28],
  ])('stays bytes with %s, and the subsections are cut', (_, damage, reason, offset) => {
    const payload = virtioPayload({ queues: [{ num: 8 }], subsections: [subsection('virtio/started', u8(1))] });
    damage(payload);
    const { failures, values } = decodeVirtio('virtio-rng', payload);
    expect(failures).toEqual([{ layout: 'virtio', offset, reason }]);
    expect(values).toEqual({ core: payload.subarray(0, 46).toString('hex'), 'virtio/started/started': true });
  });

  it('keeps subsections as bytes where one does not fit, and the core is cut', () => {
    const subsections = [subsection('virtio/64bit_features', u64(7)), subsection('virtio/started', u8(2))];
    const { failures, values } = decodeVirtio('virtio-rng', virtioPayload({ queues: [{ num: 8 }], subsections }));
    expect(failures).toMatchObject([{ layout: 'virtio subsections', reason: 'started is 2, not 0 or 1' }]);
    expect(values).toMatchObject({ 'queues[0]/vring.num': 8, subsections: join(...subsections).toString('hex') });
  });

  it('keeps what no release writes behind the subsections', () => {
    const subsections = [subsection('virtio/started', u8(1)), subsection('virtio/novelty', u8(1))];
    const { failures, values } = decodeVirtio('virtio-rng', virtioPayload({ subsections }));
    expect(failures).toMatchObject([{ reason: '21 bytes are left over' }]);
    expect(values).toMatchObject({ 'virtio/started/started': true, rest: subsections[1]!.toString('hex') });
  });

  it('keeps the state of a device as bytes where that alone does not fit', () => {
    const payload = virtioPayload({ queues: [{ num: 8 }], part: u8(7) });
    const { failures, values } = decodeVirtio('virtio-blk', payload, 2);
    expect(failures).toEqual([{ layout: 'virtio-blk', offset: 46, reason: 'the mark before a request is 7' }]);
    expect(values).toMatchObject({ device: '07', 'virtio/64bit_features/guest_features': 0n });
  });

  it('tries all transports where the path says nothing', () => {
    const { failures, values } = decodeSection('virtio-rng', virtioPayload({ queues: [{ num: 8 }] }));
    expect(failures).toEqual([]);
    expect(values).toMatchObject({ 'virtio/queues[0]/vring.align': 4096 });
  });

  it('knows all subsections', () => {
    const { failures, values } = decodeVirtio(
      'virtio-net',
      virtioPayload({
        queues: [{ num: 256 }, { num: 256 }],
        part: netPart(),
        subsections: [
          subsection('virtio/device_endian', u8(1)),
          subsection('virtio/128bit_features', u64(6)),
          subsection('virtio/64bit_features', u64(VERSION_1)),
          subsection('virtio/virtqueues', perQueue(16, u64(0x2000), u64(0x3000))),
          subsection('virtio/ringsize', perQueue(4, u32(1024), u32(64))),
          subsection('virtio/broken', u8(1)),
          subsection(
            'virtio/extra_state',
            subsection('virtio_mmio/state', u32(5), u32(1), perQueue(27, u16(256), u8(1), u32(0x1000))),
          ),
          subsection('virtio/started', u8(1)),
          subsection('virtio/packed_virtqueues', perQueue(10, u16(3), u8(1), u16(2), u8(0), u32(1))),
          subsection('virtio/disabled', u8(1)),
        ],
      }),
      11,
    );
    expect(failures).toEqual([]);
    expect(values).toMatchObject({
      'virtio/device_endian/device_endian': 1,
      'virtio/128bit_features/guest_features': 6n,
      'virtio/virtqueues/queues[0]/vring.avail': 0x2000n,
      'virtio/virtqueues/queues[0]/vring.used': 0x3000n,
      'virtio/ringsize/queues[1]/vring.num_default': 64,
      'virtio/ringsize/queues.unused': 'zeros',
      'virtio/broken/broken': true,
      'virtio/extra_state/virtio_mmio/state/guest_features[1]': 1,
      'virtio/extra_state/virtio_mmio/state/queues[0]/enabled': true,
      'virtio/extra_state/virtio_mmio/state/queues[0]/desc[0]': 0x1000,
      'virtio/packed_virtqueues/queues[0]/last_avail_idx': 3,
      'virtio/packed_virtqueues/queues[0]/last_avail_wrap_counter': true,
      'virtio/packed_virtqueues/queues[0]/inuse': 1,
      'virtio/disabled/disabled': true,
    });
  });
});

/** The shortest state of a virtio-net. */
function netPart(): Buffer {
  return Buffer.alloc(545);
}
