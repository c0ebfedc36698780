import { describe, expect, it } from 'vitest';
import { MemorySource } from '../../../src/bytes/source.js';
import { readQcow2Header } from '../../../src/container/qcow2/header.js';
import { noise } from '../../build/bytes.js';
import { type Qcow2Options, qcow2Image } from '../../build/qcow2.js';
import { containerFixture } from '../../containers.js';

const header = (bytes: Uint8Array) => readQcow2Header(new MemorySource(bytes, 'image'));
const built = (options: Qcow2Options) => header(qcow2Image(noise(100), options).bytes);

describe('readQcow2Header', () => {
  it.each([
    ['qcow2-v2', { version: 2, clusterSize: 4096, snapshots: 3, compression: 'deflate', extendedL2: false }],
    ['qcow2-v3', { version: 3, clusterSize: 65536, snapshots: 1, compression: 'deflate', extendedL2: false }],
    ['qcow2-extended-l2', { version: 3, clusterSize: 16384, extendedL2: true, diskSize: 1n << 20n }],
    ['qcow2-compressed-ext-zstd', { compression: 'zstd', extendedL2: true, dataFile: false }],
  ])('reads that of %s', (name, expected) => {
    expect(header(containerFixture(`${name}.qcow2.br`))).toMatchObject(expected);
  });

  it('reads what a header can say besides', () => {
    expect(built({ backingFile: 'base.qcow2' }).backingFile).toBe('base.qcow2');
    expect(built({}).backingFile).toBeUndefined();
    expect(built({ cryptMethod: 2 }).encryption).toBe('LUKS');
    expect(built({ cryptMethod: 9 }).encryption).toBe('method 9');
    expect(built({ incompatible: 4n }).dataFile).toBe(true);
  });

  it.each([
    ['is cut', qcow2Image(noise(100)).bytes.subarray(0, 70), 'image is a qcow2 image that was cut in its header'],
    ['is of version 4', qcow2Image(noise(100), { version: 4 }).bytes, 'of version 4; known are 2 and 3'],
    ['has features of the future', qcow2Image(noise(100), { incompatible: 64n }).bytes, 'incompatible features 0x40'],
    ['has another compression', qcow2Image(noise(100), { compressionType: 7 }).bytes, 'compression type 7'],
  ])('refuses one that %s', (_what, bytes, message) => {
    expect(() => header(bytes)).toThrow(message);
  });

  it('refuses clusters of impossible sizes', () => {
    const { bytes } = qcow2Image(noise(100));
    for (const bits of [8, 22, 0xffff_ffff]) {
      bytes.writeUInt32BE(bits, 20);
      expect(() => header(bytes)).toThrow(`with ${bits} cluster bits; there can be 9 to 21`);
    }
  });
});
