import { describe, expect, it } from 'vitest';
import { ZstdUnpacker } from '../../../src/stream/multifd-compression/zstd.js';
import { pagesOf } from '../../build/multifd.js';
import { bytes } from '../sections/harness.js';

const SIZE = 0x1000;
/** Pages 0, then 0x1000 and 0x2000, then 0 and 0x2000: made with libzstd 1.5.4 the way QEMU calls it, level 1. */
const PARTS = [[0], [0x1000, 0x2000], [0, 0x2000]];
const REAL = [
  '28b52ffd0048940000587061676520617420302c200100f2b75fbc',
  'd4000020313030320600e7073e8073037088387f4c0f0ce0c4c1ff0b81',
  'bc000000064000ed87f2f9ebfff80138affa5d3c00a87100de13',
].map((text) => bytes(text));

const FRAME = '28b52ffd 00 48';
/** A run of 4096 bytes 07: RLE block, size 4096. */
const RUN = '028000 07';

const refuse = (text: string, count = 1) => expect(() => new ZstdUnpacker().unpack(bytes(text), count, SIZE));

describe('zstd payloads', () => {
  it('are one frame', () => {
    const unpacker = new ZstdUnpacker();
    REAL.forEach((payload, i) => {
      const part = PARTS[i]!;
      expect(Buffer.compare(unpacker.unpack(payload, part.length, SIZE), pagesOf(part))).toBe(0);
    });
    expect(() => new ZstdUnpacker().unpack(REAL[1]!, 2, SIZE)).toThrow('does not begin with a zstd frame');
  });

  it('may be shorter than what fzstd waits for', () => {
    const unpacker = new ZstdUnpacker();
    const run = Buffer.alloc(SIZE, 7);
    expect(Buffer.compare(unpacker.unpack(bytes(`${FRAME} ${RUN}`), 1, SIZE), run)).toBe(0);
    for (let i = 0; i < 3; i++) expect(Buffer.compare(unpacker.unpack(bytes(RUN), 1, SIZE), run)).toBe(0);
    expect(unpacker.unpack(bytes(`${RUN} 000000 ${RUN}`), 2, SIZE).length).toBe(2 * SIZE);
  });

  it('make neither more nor less than their pages', () => {
    refuse(`${FRAME} ${RUN} ${RUN}`).toThrow('unpacks to more than 4096 bytes, as a decompression bomb does');
    refuse(`${FRAME} ${RUN}`, 2).toThrow('unpacks to 4096 bytes instead of 8192');
    refuse(FRAME).toThrow('unpacks to 0 bytes');
  });

  it('are cut nowhere', () => {
    for (let cut = 0; cut < REAL[0]!.length; cut++) {
      expect(() => new ZstdUnpacker().unpack(REAL[0]!.subarray(0, cut), 1, SIZE)).toThrow();
    }
    refuse(`${FRAME} ${RUN} 00`).toThrow('block header');
    refuse(`${FRAME} 028000`).toThrow('ends inside a zstd block');
  });

  it('are of a frame that QEMU makes', () => {
    refuse('28b52ffd 20 00 000000').toThrow('frame descriptor 0x20');
    refuse('28b52ffd 01 48 000000').toThrow('frame descriptor 0x1');
    refuse(`28b52ffd 00 a8 ${RUN}`).toThrow('window of 2147483648 bytes');
    refuse(`28b52ffd 00 ff ${RUN}`).toThrow('zstd window');
    refuse(`${FRAME} 038000 07`).toThrow('ends the zstd frame');
    refuse(`${FRAME} 060000`).toThrow('no known kind');
    refuse(`${FRAME} 0a0010 07`).toThrow('no known kind');
  });

  it('are refused when damaged', () => {
    const payload = Buffer.from(REAL[0]!);
    payload.fill(0xff, 10);
    expect(() => new ZstdUnpacker().unpack(payload, 1, SIZE)).toThrow();
  });

  it('cannot make the window move for ever', () => {
    const unpacker = new ZstdUnpacker();
    // 32 MiB of window, and as many empty blocks as fit.
    const payload = Buffer.concat([bytes('28b52ffd 00 78'), bytes(RUN), Buffer.alloc(3 * 300_000)]);
    expect(() => unpacker.unpack(payload, 1, SIZE)).toThrow('far more blocks');
  });
});
