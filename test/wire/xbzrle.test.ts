import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeXbzrle } from '../../src/wire/xbzrle.js';
import { hexBytes, join, u8 } from '../build/bytes.js';
import { xbzrleRuns } from '../build/ram.js';

const PAGE = 0x1000;
const apply = (runs: Uint8Array, page = Buffer.alloc(PAGE, 0xaa), pageSize = PAGE): string | undefined =>
  decodeXbzrle(runs, 0, runs.length, pageSize, page);

describe('xbzrle', () => {
  it('changes nothing when it is empty', () => {
    const page = Buffer.alloc(PAGE, 0xaa);
    expect(apply(Buffer.alloc(0), page)).toBeUndefined();
    expect(page.every((byte) => byte === 0xaa)).toBe(true);
  });

  it('may begin with an empty zero run, and only begin', () => {
    const page = Buffer.alloc(PAGE, 0xaa);
    expect(apply(hexBytes('00 02 0102'), page)).toBeUndefined();
    expect(page.subarray(0, 3)).toEqual(hexBytes('01 02 aa'));
    expect(apply(hexBytes('00 01 01 00 01 02'))).toBe('empty zero run between runs');
  });

  it('has lengths of up to two bytes', () => {
    const page = Buffer.alloc(PAGE, 0xaa);
    expect(apply(hexBytes('ff01 01 07'), page)).toBeUndefined();
    expect(page[255]).toBe(7);
    expect(apply(hexBytes('8080 01 07'))).toBe('run length over two bytes');
    expect(apply(hexBytes('00 ffff 01'))).toBe('run length over two bytes');
  });

  it.each([
    ['ends inside a run', '01'],
    ['ends inside a run', '01 01'],
    ['ends inside a run', '8101'],
    ['empty run of bytes', '01 00 07'],
    ['zero run past the end of the page', '8120 01 07'],
    ['run of bytes past the end of the page', 'ff1f 02 0707'],
    ['run of bytes past the end of the record', '01 03 0707'],
  ])('%s: %s', (wrong, runs) => {
    expect(apply(hexBytes(runs))).toBe(wrong);
  });

  it('fills a page to its last byte', () => {
    const page = Buffer.alloc(PAGE, 0xaa);
    expect(apply(join(hexBytes('ff1f 01'), u8(5)), page)).toBeUndefined();
    expect(page[PAGE - 1]).toBe(5);
    expect(apply(xbzrleRuns([0, Buffer.alloc(PAGE, 9)]), page)).toBeUndefined();
    expect(page.every((byte) => byte === 9)).toBe(true);
  });

  it('reads inside a larger buffer, and checks without a page', () => {
    const data = join(hexBytes('ffffff'), hexBytes('01 01 07'), hexBytes('ffffff'));
    const page = Buffer.alloc(PAGE);
    expect(decodeXbzrle(data, 3, 3, PAGE, page)).toBeUndefined();
    expect(page[1]).toBe(7);
    expect(decodeXbzrle(data, 3, 3, PAGE)).toBeUndefined();
    expect(decodeXbzrle(data, 3, 2, PAGE)).toBe('ends inside a run');
  });

  it('turns any page into any other', () => {
    const bytes = fc.uint8Array({ minLength: 64, maxLength: 64 });
    fc.assert(
      fc.property(bytes, bytes, (from, to) => {
        const runs: [number, Uint8Array][] = [];
        let at = 0;
        while (at < 64) {
          let zeros = 0;
          while (at + zeros < 64 && from[at + zeros] === to[at + zeros]) zeros++;
          let changed = 0;
          while (at + zeros + changed < 64 && from[at + zeros + changed] !== to[at + zeros + changed]) changed++;
          if (changed > 0) runs.push([zeros, to.subarray(at + zeros, at + zeros + changed)]);
          at += zeros + changed;
        }
        const page = Uint8Array.from(from);
        const encoded = xbzrleRuns(...runs);
        expect(decodeXbzrle(encoded, 0, encoded.length, 64, page)).toBeUndefined();
        expect(page).toEqual(to);
      }),
      { numRuns: 200, seed: 1 },
    );
  });
});
