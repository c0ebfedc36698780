import { constants, deflateRawSync, deflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { ZlibUnpacker } from '../../../src/stream/multifd-compression/zlib.js';
import { pagesOf, zlibPayloads } from '../../build/multifd.js';

const SIZE = 0x1000;
const one = pagesOf([0x1000]);
const many = pagesOf(Array.from({ length: 128 }, (_, i) => i * SIZE));

describe('zlib payloads', () => {
  it.each([0, 1, 9])('of level %i are one stream', async (level) => {
    const parts = [one, one, many, one, many];
    const payloads = await zlibPayloads(parts, level);
    const unpacker = new ZlibUnpacker();
    parts.forEach((part, i) => {
      expect(unpacker.unpack(payloads[i]!, part.length / SIZE, SIZE).length).toBe(part.length);
    });
    const again = new ZlibUnpacker();
    expect(
      payloads.map((payload, i) => Buffer.compare(again.unpack(payload, parts[i]!.length / SIZE, SIZE), parts[i]!)),
    ).toEqual(parts.map(() => 0));
  });

  it('keep a history over packets that are shorter than the window', async () => {
    const parts = Array.from({ length: 40 }, (_, i) => pagesOf([i % 7 === 0 ? 0 : i * SIZE]));
    const unpacker = new ZlibUnpacker();
    const payloads = await zlibPayloads(parts);
    payloads.forEach((payload, i) => {
      expect(Buffer.compare(unpacker.unpack(payload, 1, SIZE), parts[i]!)).toBe(0);
    });
  });

  it('make neither more nor less than their pages', async () => {
    const [payload] = await zlibPayloads([pagesOf([0, 0x1000])]);
    expect(() => new ZlibUnpacker().unpack(payload!, 1, SIZE)).toThrow('unpacks to more than 4096 bytes');
    expect(() => new ZlibUnpacker().unpack(payload!, 3, SIZE)).toThrow('unpacks to 8192 bytes instead of 12288');
    expect(() => new ZlibUnpacker().unpack(payload!.subarray(0, 20), 2, SIZE)).toThrow(/unpacks to \d+ bytes/);
  });

  it('are no bomb', () => {
    const bomb = deflateSync(Buffer.alloc(16 << 20), { finishFlush: constants.Z_SYNC_FLUSH });
    expect(() => new ZlibUnpacker().unpack(bomb, 128, SIZE)).toThrow('decompression bomb');
  });

  it('begin with a header', () => {
    const raw = deflateRawSync(one, { finishFlush: constants.Z_SYNC_FLUSH });
    expect(() => new ZlibUnpacker().unpack(raw, 1, SIZE)).toThrow('zlib header');
    expect(() => new ZlibUnpacker().unpack(Buffer.alloc(0), 1, SIZE)).toThrow('zlib header');
  });

  it('do not end the stream', () => {
    expect(() => new ZlibUnpacker().unpack(deflateSync(one), 1, SIZE)).toThrow('4 bytes behind the end');
  });

  it('are refused when damaged', async () => {
    const [payload] = await zlibPayloads([one]);
    payload!.fill(0xff, 3, 10);
    expect(() => new ZlibUnpacker().unpack(payload!, 1, SIZE)).toThrow('does not inflate');
  });
});
