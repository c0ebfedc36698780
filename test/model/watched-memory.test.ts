import { deflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { WatchedMemory } from '../../src/model/watched-memory.js';
import { PAGE_COMPRESSED, PAGE_NORMAL, PAGE_XBZRLE, PAGE_ZERO, PageBatch } from '../../src/stream/page-batch.js';
import type { RamBlock } from '../../src/stream/events.js';
import { xbzrleRuns } from '../build/ram.js';

const SIZE = 0x1000;
const BLOCKS: readonly RamBlock[] = ['ram', 'rom'].map((name, index) => ({
  index,
  name,
  usedLength: 0x4000_0000,
  declared: true,
}));

/** A batch of one record. */
function batch(kind: number, address: number, body: Uint8Array, block = 0, blocks = BLOCKS): PageBatch {
  const made = new PageBatch(blocks);
  made.pageSize = SIZE;
  made.length = 1;
  made.kind[0] = kind;
  made.block[0] = block;
  made.address[0] = address;
  made.start[0] = 8;
  made.size[0] = body.length;
  made.window = Buffer.concat([Buffer.alloc(8, 0xee), body]);
  return made;
}

const filled = (byte: number): Buffer => Buffer.alloc(SIZE, byte);
const watching = (offset = 0x2002, length = 2): WatchedMemory => {
  const memory = new WatchedMemory();
  expect(memory.watch('ram', offset, length)).toBe(true);
  return memory;
};
const word = (memory: WatchedMemory): number[] | undefined => {
  const bytes = memory.read('ram', 0x2002, 2);
  return bytes && [...bytes];
};

describe('WatchedMemory', () => {
  it('knows a word when its page has come, and what the last page makes of it', () => {
    const memory = watching();
    expect(word(memory)).toBeUndefined();
    memory.pages(batch(PAGE_NORMAL, 0x2000, filled(7)));
    expect(word(memory)).toEqual([7, 7]);
    memory.pages(batch(PAGE_NORMAL, 0x2000, filled(9)));
    expect(word(memory)).toEqual([9, 9]);
  });

  it('takes what a mapped-ram file has of the words', () => {
    const memory = watching();
    memory.watch('rom', 0, 4);
    const [first, second] = memory.words();
    expect([first, second]).toEqual([
      { block: 'ram', offset: 0x2002, length: 2 },
      { block: 'rom', offset: 0, length: 4 },
    ]);
    memory.mapped({ kind: 'mapped-words', offset: 0, words: [{ ...first!, bytes: Buffer.of(7, 8) }, second!] });
    expect(word(memory)).toEqual([7, 8]);
    expect(memory.read('rom', 0, 4)).toBeUndefined();
  });

  it.each([
    ['zero', PAGE_ZERO, Buffer.of(0), [0, 0]],
    ['zero, without a byte that says so', PAGE_ZERO, Buffer.of(), [0, 0]],
    ['filled', PAGE_ZERO, Buffer.of(5), [5, 5]],
    ['compressed', PAGE_COMPRESSED, deflateSync(filled(6)), [6, 6]],
    ['damaged', PAGE_COMPRESSED, filled(6), undefined],
    ['too short', PAGE_COMPRESSED, deflateSync(Buffer.alloc(100)), undefined],
    ['cut', PAGE_NORMAL, Buffer.alloc(3), undefined],
    ['changed in one byte', PAGE_XBZRLE, xbzrleRuns([3, Buffer.of(4)]), [7, 4]],
    ['changed elsewhere', PAGE_XBZRLE, xbzrleRuns([4, Buffer.of(4)]), [7, 7]],
    ['changed by nothing that makes sense', PAGE_XBZRLE, Buffer.of(1), undefined],
  ])('follows a page that is %s', (_, kind, body, expected) => {
    const memory = watching();
    memory.pages(batch(PAGE_NORMAL, 0x2000, filled(7)));
    memory.pages(batch(kind, 0x2000, body));
    expect(word(memory)).toEqual(expected);
  });

  it('does not know what runs change before there was a page', () => {
    const memory = watching();
    memory.pages(batch(PAGE_XBZRLE, 0x2000, xbzrleRuns([2, Buffer.of(4, 4)])));
    expect(word(memory)).toBeUndefined();
  });

  it('is not misled by other pages and blocks, of any list', () => {
    const memory = watching();
    memory.pages(batch(PAGE_NORMAL, 0x2000, filled(7)));
    memory.pages(batch(PAGE_NORMAL, 0x3000, filled(1)));
    // The same in the lower bits of its number.
    memory.pages(batch(PAGE_NORMAL, 0x2000 + 0x1000_0000, filled(2)));
    memory.pages(batch(PAGE_NORMAL, 0x2000, filled(3), 1));
    expect(word(memory)).toEqual([7, 7]);
    memory.pages(batch(PAGE_NORMAL, 0x2000, filled(4), 1, [...BLOCKS].reverse()));
    expect(word(memory)).toEqual([4, 4]);
  });

  it('never knows a word over the edge of a page, and takes none that is too long', () => {
    const memory = watching(0x2fff);
    memory.pages(batch(PAGE_NORMAL, 0x2000, filled(7)));
    memory.pages(batch(PAGE_NORMAL, 0x3000, filled(7)));
    expect(memory.read('ram', 0x2fff, 2)).toBeUndefined();
    expect(memory.watch('ram', 0, 17)).toBe(false);
  });

  it('takes so many words and no more', () => {
    const memory = new WatchedMemory();
    let taken = 0;
    while (taken < 100_000 && memory.watch('ram', taken * 4, 2)) taken++;
    expect(taken).toBe(1 << 14);
  });
});
