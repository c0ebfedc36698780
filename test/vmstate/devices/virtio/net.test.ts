import { describe, expect, it } from 'vitest';
import { hexBytes, join, u16, u32, u64, u8 } from '../../../build/bytes.js';
import { subsection, subsectionOfVersion, virtioPayload } from '../../../build/virtio.js';
import { virtioDevice } from '../../../../src/vmstate/devices/virtio/index.js';
import { type Decoded, decodeVirtio } from '../decoded.js';

const MAC = hexBytes('525400123456');
/** What every virtio-net saves, with a MAC table. */
const fixed = (...filters: readonly Buffer[]): Buffer =>
  join(
    MAC,
    u32(1),
    u32(1),
    u16(1),
    u8(1),
    u8(0),
    u32(filters.length),
    ...filters,
    Buffer.alloc(512),
    u32(1),
    Buffer.alloc(7),
  );

function net(features: bigint, ...parts: readonly Buffer[]): Decoded {
  return decodeVirtio('virtio-net', virtioPayload({ features, part: join(...parts) }), 11);
}
const OFFLOADS = 1n << 2n;

describe('virtio-net', () => {
  it('has the filters of its MAC table', () => {
    const { values, failures } = net(0n, fixed(hexBytes('333300000001'), hexBytes('01005e000001')));
    expect(failures).toEqual([]);
    expect(values).toMatchObject({
      'device/mac': '52:54:00:12:34:56',
      'device/mac_table.in_use': 2,
      'device/mac_table.macs[1]': '01:00:5e:00:00:01',
      'device/has_vnet_hdr': 1,
    });
  });

  it.each([
    ['one pair', 0n, [], { 'device/has_ufo': 0 }],
    ['one pair with offloads', OFFLOADS, [u64(0x82)], { 'device/curr_guest_offloads': 0x82n }],
    ['one of two pairs', 0n, [u16(2), u16(1)], { 'device/max_queue_pairs': 2, 'device/curr_queue_pairs': 1 }],
    ['no pair of two', 0n, [u16(2), u16(0)], { 'device/curr_queue_pairs': 0 }],
    [
      'three pairs with offloads',
      OFFLOADS,
      [u16(4), u16(3), u32(1), u32(0), u64(2)],
      { 'device/tx_waiting[0]': 1, 'device/tx_waiting[1]': 0, 'device/curr_guest_offloads': 2n },
    ],
  ])('with %s', (_, features, parts, wanted) => {
    const { values, failures } = net(features, fixed(), ...parts);
    expect(failures).toEqual([]);
    expect(values).toMatchObject(wanted);
    if (parts.length < 2) expect(values).not.toHaveProperty('device/max_queue_pairs');
  });

  it('has RSS in the layout of 10.2, with the types that the device supports', () => {
    const rss = (version: number, ...types: readonly Buffer[]): Buffer =>
      subsectionOfVersion(
        'virtio-net-device/rss',
        version,
        u8(1),
        u8(1),
        u8(0),
        u32(0x3f),
        ...types,
        u16(2),
        u16(1),
        Buffer.alloc(40),
        u16(3),
        u16(4),
      );
    const old = net(0n, fixed(), rss(1));
    expect(old.failures).toEqual([]);
    expect(old.values).not.toHaveProperty('device/virtio-net-device/rss/rss_data.supported_hash_types');
    const { values, failures } = net(0n, fixed(), rss(2, u32(0x1ff)));
    expect(failures).toEqual([]);
    expect(values).toMatchObject({
      'device/virtio-net-device/rss/rss_data.supported_hash_types': 0x1ff,
      'device/virtio-net-device/rss/rss_data.indirections_table[1]': 4,
    });
  });

  it('has the state of a back-end in chunks', () => {
    const backend = subsection('virtio-net-device/backend', u32(2), hexBytes('abcd'), u32(1), hexBytes('ef'), u32(0));
    const { values, failures } = net(OFFLOADS, fixed(), u64(0), backend);
    expect(failures).toEqual([]);
    expect(values).toMatchObject({
      'device/virtio-net-device/backend/chunks[0]/data': 'abcd',
      'device/virtio-net-device/backend/chunks[1]/data': 'ef',
    });
  });

  it.each([
    [
      'a MAC table that is too long',
      [join(fixed().subarray(0, 18), u32(0x10000), fixed().subarray(22))],
      'the MAC table has 65536 entries',
    ],
    ['more pairs than it has', [fixed(), u16(2), u16(3), u32(0), u32(0)], '3 of 2 pairs of queues are in use'],
    [
      'the grown VLAN table of a release candidate of 10.2',
      [fixed(), Buffer.alloc(16384 - 512)],
      '15868 bytes are left over',
    ],
  ])('stays bytes with %s', (_, parts, reason) => {
    expect(net(0n, ...parts).failures).toMatchObject([{ layout: 'virtio-net-device', reason }]);
  });

  it('names its queues by their number', () => {
    const names = (count: number): string[] =>
      Array.from({ length: count }, (_, i) => virtioDevice('virtio-net')!.queue(i, count, undefined as never));
    expect(names(2)).toEqual(['rx0', 'tx0']);
    expect(names(5)).toEqual(['rx0', 'tx0', 'rx1', 'tx1', 'ctrl']);
  });
});
