import { describe, expect, it } from 'vitest';
import { readZstdBlock, readZstdFrameHeader, zstdFrameLength } from '../../../src/container/compressed/zstd-frame.js';
import { hexBytes, join, noise } from '../../build/bytes.js';
import { containerFixture } from '../../containers.js';

const PACKED = containerFixture('stream.bin.zst');

describe('frames of zstd', () => {
  it.each([
    ['28b52ffd 00 58', { size: 6, checksum: false }],
    ['28b52ffd 24 10', { size: 6, checksum: true }],
    ['28b52ffd 43 58 01020304 0000', { size: 12, checksum: false }],
    ['28b52ffd e0 0000000000000000', { size: 13, checksum: false }],
    ['5f2a4d18 07000000', { size: 8, skip: 7, checksum: false }],
    ['602a4d18 07000000', undefined],
    ['28b52f', undefined],
    ['502a4d18 0700', undefined],
  ])('begin like %s', (bytes, expected) => {
    expect(readZstdFrameHeader(hexBytes(bytes))).toEqual(expected);
  });

  it('have blocks of data and of runs', () => {
    expect(readZstdBlock(hexBytes('00 190000'), 1)).toEqual({ size: 6, last: true });
    expect(readZstdBlock(hexBytes('520000'), 0)).toEqual({ size: 4, last: false });
  });

  it('end where their last block does', () => {
    expect(zstdFrameLength(join(PACKED, noise(40)))).toBe(PACKED.length);
    expect(zstdFrameLength(PACKED.subarray(0, -1))).toBeUndefined();
    expect(zstdFrameLength(PACKED.subarray(0, 8))).toBeUndefined();
    expect(zstdFrameLength(hexBytes('502a4d18 02000000 0102 03'))).toBe(10);
    expect(zstdFrameLength(noise(40))).toBeUndefined();
  });
});
