import { describe, expect, it } from 'vitest';
import {
  MULTIFD_COMPRESSION_MASKS,
  MULTIFD_DEVICE_STATE_FIELDS,
  MULTIFD_DEVICE_STATE_SIZE,
  MULTIFD_FLAG_COMPRESSION_MASK,
  MULTIFD_FLAGS,
  MULTIFD_METHODS,
  MULTIFD_PACKET_HDR,
  MULTIFD_RAM_FIELDS,
  multifdHeaderSize,
  multifdMethod,
  multifdName,
  multifdPageCount,
} from '../../src/wire/multifd.js';
import { VFIO_DEVICE_STATE_PACKET } from '../../src/wire/vfio-packet.js';
import { bytes } from '../stream/sections/harness.js';

describe('multifd packets', () => {
  it.each([
    [0x400, 512, 4416],
    [0x1000, 128, 1344],
    [0x2000, 64, 832],
    [0x4000, 32, 576],
    [0x1_0000, 8, 384],
  ])('with pages of %i bytes have %i entries and a header of %i bytes', (pageSize, count, header) => {
    expect(multifdPageCount(pageSize)).toBe(count);
    expect(multifdHeaderSize(pageSize)).toBe(header);
  });

  it('have their fields where QEMU 11.1 puts them', () => {
    const packet = bytes(`
      11223344 00000001 00000000   # magic, version, flags
      00000080 00000003 00003000   # pages_alloc, normal_pages, next_packet_size
      0000000000000004             # packet_num
      0000007d                     # zero_pages
    `);
    expect(MULTIFD_PACKET_HDR.parse(packet.subarray(0, 12), 0)).toEqual({ magic: 0x11223344, version: 1, flags: 0 });
    expect(MULTIFD_RAM_FIELDS.parse(packet.subarray(12), 12)).toEqual({
      pagesAlloc: 128,
      normalPages: 3,
      nextPacketSize: 0x3000,
      packetNum: 4n,
      zeroPages: 125,
    });
  });

  it('of device state have theirs behind the idstr', () => {
    expect(MULTIFD_DEVICE_STATE_SIZE).toBe(276);
    expect(MULTIFD_DEVICE_STATE_FIELDS.parse(bytes('00000000 0010000c'), 268)).toEqual({
      instanceId: 0,
      nextPacketSize: 1048588,
    });
    expect(VFIO_DEVICE_STATE_PACKET.parse(bytes('00000000 00000003 00000001'), 0)).toEqual({
      version: 0,
      idx: 3,
      flags: 1,
    });
  });

  it('name one method', () => {
    const named = [0, 2, 4, 8, 0x10, 0x20].map((flags) => [multifdMethod(flags), multifdMethod(flags | 0xc1)]);
    expect(named).toEqual(MULTIFD_METHODS.map((method) => [method, method]));
    expect(multifdMethod(0x06)).toBeUndefined();
    expect(multifdMethod(0x22)).toBeUndefined();
  });

  it('have a method field that grew', () => {
    expect(MULTIFD_COMPRESSION_MASKS.map(({ mask }) => mask)).toEqual([0x0e, 0x1e, 0x3e]);
    expect(MULTIFD_FLAG_COMPRESSION_MASK).toBe(0x3e);
    expect(MULTIFD_FLAGS).toBe(0x7f);
  });

  it('have names that end with a NUL', () => {
    expect(multifdName(bytes('"pc.ram" 00 41'))?.toString()).toBe('pc.ram');
    expect(multifdName(bytes('00'))?.toString()).toBe('');
    expect(multifdName(bytes('"abc"'))).toBeUndefined();
  });
});
