import { describe, expect, it } from 'vitest';
import { PageLengthsUnpacker } from '../../../src/stream/multifd-compression/page-lengths.js';
import { PayloadError } from '../../../src/stream/multifd-compression/unpacker.js';
import { join, noise, u32 } from '../../build/bytes.js';

const PAGE = 64;
/** "Compressed" is one byte, which stands for a page full of it. */
const unpacker = () => new PageLengthsUnpacker((blob, size) => Buffer.alloc(size, blob[0]));

describe('PageLengthsUnpacker', () => {
  it('takes pages that are compressed, and such as are not', () => {
    const plain = noise(PAGE);
    const payload = join(u32(1), u32(PAGE), Buffer.of(5), plain);
    expect(Buffer.from(unpacker().unpack(payload, 2, PAGE))).toEqual(join(Buffer.alloc(PAGE, 5), plain));
  });

  it('takes a payload that lies anywhere in its buffer', () => {
    const payload = join(Buffer.of(9), u32(1), Buffer.of(7)).subarray(1);
    expect(Buffer.from(unpacker().unpack(payload, 1, PAGE))).toEqual(Buffer.alloc(PAGE, 7));
  });

  it.each([
    ['has 4 bytes, the page lengths alone take 8', u32(1)],
    ['has 65 bytes for page 1, which is more than the page', join(u32(1), u32(PAGE + 1), noise(80))],
    ['ends inside page 1', join(u32(1), u32(2), noise(2))],
    ['has 3 bytes behind its last page', join(u32(1), u32(2), noise(6))],
  ])('refuses what %s', (message, payload) => {
    expect(() => unpacker().unpack(payload, 2, PAGE)).toThrow(new PayloadError(message));
  });
});
