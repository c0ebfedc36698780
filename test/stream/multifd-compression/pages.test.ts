/** Synthetic payloads: no capture with accelerators is at hand. */
import { deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { qatzipUnpacker } from '../../../src/stream/multifd-compression/qatzip.js';
import { qplUnpacker } from '../../../src/stream/multifd-compression/qpl.js';
import { uadkUnpacker } from '../../../src/stream/multifd-compression/uadk.js';
import { page, pagesOf, withLengths } from '../../build/multifd.js';

const SIZE = 0x1000;
const first = page(0);
const second = page(0x1000);
const both = pagesOf([0, 0x1000]);

describe.each([
  ['QPL', qplUnpacker, deflateRawSync],
  ['UADK', uadkUnpacker, deflateSync],
] as const)('%s payloads (synthetic)', (_, make, deflate) => {
  const refuse = (payload: Uint8Array, pages = 1) => expect(() => make().unpack(payload, pages, SIZE));

  it('have pages that are compressed or as they are', () => {
    const unpacker = make();
    for (const blobs of [
      [deflate(first), deflate(second)],
      [first, deflate(second)],
      [first, second],
    ]) {
      expect(Buffer.compare(unpacker.unpack(withLengths(blobs), 2, SIZE), both)).toBe(0);
    }
  });

  it('have lengths that add up', () => {
    const payload = withLengths([deflate(first), second]);
    refuse(payload.subarray(0, 7), 2).toThrow('the page lengths alone take 8');
    refuse(payload.subarray(0, -1), 2).toThrow('ends inside page 1');
    refuse(Buffer.concat([payload, first]), 2).toThrow('4096 bytes behind its last page');
    refuse(withLengths([Buffer.alloc(SIZE + 1)])).toThrow('more than the page');
    refuse(Buffer.from('ffffffff', 'hex')).toThrow('4294967295 bytes for page 0');
  });

  it('make a page each', () => {
    refuse(withLengths([deflate(both)])).toThrow('more than 4096 bytes');
    refuse(withLengths([deflate(first.subarray(1))])).toThrow('4095 bytes instead of 4096');
    refuse(withLengths([deflate(first).subarray(0, -6)])).toThrow('does not inflate');
    refuse(withLengths([Buffer.alloc(0)])).toThrow();
    refuse(withLengths([Buffer.concat([deflate(first), Buffer.alloc(3)])])).toThrow('3 bytes behind the end');
    refuse(withLengths([Buffer.alloc(9, 0xff)])).toThrow('does not inflate');
  });
});

describe('QATzip payloads (synthetic)', () => {
  const refuse = (payload: Uint8Array, pages = 1) => expect(() => qatzipUnpacker().unpack(payload, pages, SIZE));
  /** A member with the extra field that QATzip writes. */
  const member = (data: Uint8Array): Buffer => {
    const plain = gzipSync(data);
    const extra = Buffer.from('0c00515a0800', 'hex');
    const sizes = Buffer.alloc(8);
    sizes.writeUInt32LE(data.length, 0);
    sizes.writeUInt32LE(plain.length - 18, 4);
    const header = Buffer.from(plain.subarray(0, 10));
    header[3] = 4;
    return Buffer.concat([header, extra, sizes, plain.subarray(10)]);
  };

  it('are gzip members that hold the pages together', () => {
    const unpacker = qatzipUnpacker();
    expect(Buffer.compare(unpacker.unpack(member(both), 2, SIZE), both)).toBe(0);
    const split = Buffer.concat([member(both.subarray(0, 5000)), member(both.subarray(5000))]);
    expect(Buffer.compare(unpacker.unpack(split, 2, SIZE), both)).toBe(0);
  });

  it('are refused when they are not', () => {
    refuse(member(both)).toThrow('more than 4096 bytes');
    refuse(member(first), 2).toThrow('4096 bytes instead of 8192');
    refuse(member(first).subarray(0, -1)).toThrow('does not inflate');
    refuse(Buffer.concat([member(first), Buffer.from('junk')])).toThrow();
    refuse(deflateSync(first)).toThrow('does not inflate');
    refuse(Buffer.alloc(0)).toThrow();
  });
});
