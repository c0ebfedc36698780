import { deflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { clusterKind, compressedExtent, hostOffset, unpackCluster } from '../../../src/container/qcow2/cluster.js';
import { containerFixture, expectBytes, plainStream } from '../../containers.js';

describe('entries of L2 tables', () => {
  it.each([
    [0, 0, 'unallocated'],
    [0x8000_0000, 0x1_0000, 'data'],
    [0, 1, 'zero'],
    [0x8000_0000, 0x1_0001, 'zero'],
    [0x4000_0000, 0, 'compressed'],
    [0x0000_0001, 0, 'data'],
  ] as const)('%x %x is %s', (high, low, kind) => {
    expect(clusterKind(high, low)).toBe(kind);
  });

  it('say where clusters lie', () => {
    expect(hostOffset(0x8000_0001, 0xffff_0000)).toBe(0x1_ffff_0000);
    expect(hostOffset(0xffff_ffff, 0xffff_ffff)).toBe(0xff_ffff_ffff_fe00);
  });

  it.each([
    [9, 0x4000_0000, 0x1ff, { offset: 0x1ff, length: 1 }],
    [16, 0x4000_0000 | (1 << 22), 0x12345, { offset: 0x12345, length: 2 * 512 - 0x145 }],
    [21, 0x4000_0000 | (3 << 17) | 1, 0, { offset: 0x1_0000_0000, length: 4 * 512 }],
  ])('say where compressed clusters of 2^%d bytes lie', (bits, high, low, expected) => {
    expect(compressedExtent(high, low, bits)).toEqual(expected);
  });
});

describe('unpackCluster', () => {
  const cluster = Buffer.alloc(4096, 'abc');
  const more = Buffer.from('what stands behind it');
  const zstd = containerFixture('stream.bin.zst');

  it('does not look at what follows', () => {
    expectBytes(unpackCluster(Buffer.concat([deflateRawSync(cluster), more]), 'deflate', 4096)!, cluster);
    const { length } = plainStream();
    expectBytes(unpackCluster(Buffer.concat([zstd, more]), 'zstd', length)!, plainStream());
  });

  it('gives nothing for what is damaged or too short', () => {
    expect(unpackCluster(deflateRawSync(cluster).subarray(0, 10), 'deflate', 4096)).toBeUndefined();
    expect(unpackCluster(deflateRawSync(cluster), 'deflate', 8192)).toBeUndefined();
    expect(unpackCluster(deflateRawSync(Buffer.alloc(1 << 20)), 'deflate', 4096)).toBeUndefined();
    expect(unpackCluster(more, 'deflate', 4096)).toBeUndefined();
    expect(unpackCluster(more, 'zstd', 4096)).toBeUndefined();
    expect(unpackCluster(zstd.subarray(0, 1000), 'zstd', 4096)).toBeUndefined();
  });
});
