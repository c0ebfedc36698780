/** Reads the fixed places of blocks in a mapped-ram file: header, bitmap, pages. Works forwards, seeking where it can. */
import type { Cursor } from '../bytes/cursor.js';
import type { ByteSource } from '../bytes/source.js';
import { DecodeError, hex } from '../finding.js';
import { MAPPED_RAM_HDR_VERSION, MAPPED_RAM_HEADER, mappedRamBitmapSize } from '../wire/mapped-ram.js';
import { isPageSize } from '../wire/page-size.js';
import { readLayout } from '../bytes/layout.js';
import type { Emitter } from './emitter.js';
import type { EventOf, MappedRamArea, MemoryWord, RamBlock } from './events.js';
import { PAGE_NORMAL, PAGE_ZERO, type PageBatch } from './page-batch.js';

const BITMAP_STEP = 64 * 1024;
/** The longest bitmap that is held where the source cannot be read again, in bytes: that of 1 TiB in pages of 4 KiB. */
const MAX_HELD = 32 << 20;

/**
 * Reads header and bitmap of a block; the cursor ends behind the bitmap.
 *
 * @throws DecodeError `malformed` when the header places the block where no writer would
 */
export async function readMappedArea(
  cursor: Cursor,
  block: Omit<RamBlock, 'index'>,
  keepBitmap: boolean,
): Promise<{ area: MappedRamArea; bitmap?: Bitmap }> {
  const offset = cursor.offset;
  const header = await readLayout(cursor, MAPPED_RAM_HEADER);
  const { version, pageSize, bitmapOffset, pagesOffset } = header;
  const wrong = (what: string, expected: string, found: string): DecodeError =>
    new DecodeError(
      'malformed',
      'ram-mapped-header',
      `mapped-ram header of ${block.name}: ${what} ${found}`,
      { offset, length: MAPPED_RAM_HEADER.size, path: `ram > ${block.name} > mapped-ram header` },
      { expected, found },
    );
  if (version > MAPPED_RAM_HDR_VERSION) throw wrong('version', `${MAPPED_RAM_HDR_VERSION}`, `${version}`);
  if (!isPageSize(pageSize)) throw wrong('page size', 'a page size', hex(pageSize));
  const none = {
    version,
    pageSize,
    fileStart: 0,
    bitmapOffset: 0,
    bitmapSize: 0,
    pagesOffset: 0,
    normalPages: 0,
    zeroPages: 0,
    strayBits: 0,
  };
  if (bitmapOffset === 0 && pagesOffset === 0) return { area: none };

  // The offsets count from the start of the file, of which this channel may be a later part: the bitmap follows its header.
  const fileStart = bitmapOffset - cursor.offset;
  const bitmapSize = mappedRamBitmapSize(block.usedLength, pageSize);
  if (fileStart < 0) throw wrong('bitmap offset', `at least ${hex(cursor.offset)}`, hex(bitmapOffset));
  if (pagesOffset < bitmapOffset + bitmapSize || pagesOffset % pageSize !== 0) {
    throw wrong('pages offset', `a page boundary from ${hex(bitmapOffset + bitmapSize)} on`, hex(pagesOffset));
  }
  const bitmapAt = cursor.offset;
  const pages = Math.ceil(block.usedLength / pageSize);
  const held = keepBitmap && !cursor.source.readAt;
  if (held && bitmapSize > MAX_HELD) {
    const message = `the bitmap of ${block.name} of ${hex(bitmapSize)} bytes is more than is held of a pipe`;
    throw new DecodeError('unsupported', 'too-large', message, { offset: bitmapAt, path: `ram > ${block.name}` });
  }
  const { set, stray, bytes } = await readBitmap(cursor, bitmapSize, pages, held);
  const pagesAt = pagesOffset - fileStart;
  const area: MappedRamArea = {
    version,
    pageSize,
    fileStart: fileStart === 0 ? 0 : -fileStart,
    bitmapOffset: bitmapAt,
    bitmapSize,
    pagesOffset: pagesAt,
    normalPages: set,
    zeroPages: pages - set,
    strayBits: stray,
  };
  return keepBitmap ? { area, bitmap: new Bitmap(area, pages, bytes ?? cursor.source) } : { area };
}

async function readBitmap(
  cursor: Cursor,
  size: number,
  pages: number,
  keep: boolean,
): Promise<{ set: number; stray: number; bytes?: Uint8Array }> {
  const bytes = keep ? Buffer.alloc(size) : undefined;
  let set = 0;
  let last: Buffer | undefined;
  for (let left = size; left > 0;) {
    const step = Math.min(left, BITMAP_STEP);
    await cursor.need(step, 'mapped-ram bitmap');
    const part = cursor.bytes(step);
    set += countBits(part);
    if (bytes) part.copy(bytes, size - left);
    left -= step;
    if (left === 0) last = Buffer.from(part.subarray(-8));
  }
  // Only the last word can have bits without a page. Which of them those are depends on the byte order of the host.
  const tail = pages % 64;
  let stray = 0;
  if (last && tail !== 0) {
    const beyond = (word: bigint): number => countBits(Buffer.from(toBytes(word >> BigInt(tail))));
    stray = Math.min(beyond(last.readBigUInt64LE()), beyond(last.readBigUInt64BE()));
  }
  return { set: set - stray, stray, ...(bytes && { bytes }) };
}

function toBytes(word: bigint): Uint8Array {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(word);
  return bytes;
}

function countBits(bytes: Uint8Array): number {
  let count = 0;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at + 4 <= bytes.length; at += 4) {
    let word = view.getUint32(at);
    word -= (word >>> 1) & 0x55555555;
    word = (word & 0x33333333) + ((word >>> 2) & 0x33333333);
    count += Math.imul((word + (word >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
  }
  return count;
}

/**
 * Reports every page of a block, zero pages too; the cursor stands before its page area and ends behind it.
 *
 * Zero pages have no bytes: their `size` is 0.
 */
export async function readMappedPages(
  cursor: Cursor,
  out: Emitter,
  batch: PageBatch,
  block: RamBlock,
  bitmap: Bitmap,
): Promise<void> {
  const area = block.mappedRam!;
  const { pageSize } = area;
  const pages = Math.ceil(block.usedLength / pageSize);
  batch.pageSize = pageSize;
  const flush = (): void => {
    if (batch.length === 0) return;
    batch.window = cursor.buffer;
    out.pages(batch);
    batch.length = 0;
    batch.kinds = 0;
  };
  for (let page = 0; page < pages; page++) {
    const stored = bitmap.has(page);
    const offset = area.pagesOffset + page * pageSize;
    const size = Math.min(pageSize, block.usedLength - page * pageSize);
    if (stored && (cursor.offset !== offset || !cursor.has(size))) {
      flush();
      await out.drain();
      await cursor.skip(offset - cursor.offset, `pages of ${block.name}`);
      await cursor.need(size, `page of ${block.name}`);
    }
    const at = batch.length++;
    batch.kind[at] = stored ? PAGE_NORMAL : PAGE_ZERO;
    batch.kinds |= 1 << batch.kind[at]!;
    batch.block[at] = block.index;
    batch.address[at] = page * pageSize;
    batch.offset[at] = offset;
    batch.size[at] = stored ? size : 0;
    batch.start[at] = stored ? cursor.position : 0;
    if (stored) cursor.position += size;
    if (batch.length === batch.capacity) flush();
  }
  flush();
  await cursor.skip(area.pagesOffset + block.usedLength - cursor.offset, `pages of ${block.name}`);
}

/**
 * Reads words of blocks where they stand in the file, which the source must be able to seek in. A page that is not stored is zero. Words of blocks that are
 * not in the file, and those that it is too short for, have no bytes.
 */
export function mappedWords(
  source: ByteSource,
  blocks: readonly RamBlock[],
  words: readonly MemoryWord[],
): EventOf<'mapped-words'>['words'] {
  const bitmaps = new Map<string, Bitmap>();
  const byName = new Map(blocks.map((block) => [block.name, block]));
  return words.map((word) => {
    const block = byName.get(word.block);
    const area = block?.mappedRam;
    if (!area || word.offset + word.length > block.usedLength) return word;
    let bitmap = bitmaps.get(block.name);
    if (!bitmap) {
      bitmap = new Bitmap(area, Math.ceil(block.usedLength / area.pageSize), source);
      bitmaps.set(block.name, bitmap);
    }
    const bytes = Buffer.alloc(word.length);
    for (let done = 0; done < word.length;) {
      const at = word.offset + done;
      const page = Math.floor(at / area.pageSize);
      const part = bytes.subarray(done, done + Math.min(word.length - done, (page + 1) * area.pageSize - at));
      if (bitmap.has(page) && source.readAt!(part, area.pagesOffset + at) < part.length) return word;
      done += part.length;
    }
    return { ...word, bytes };
  });
}

/**
 * The bits of a block, in the order of the host that wrote them: words of 64 bits, little-endian but where bits behind the last page show
 * that it was a big-endian host. Read again in pieces where the source can, held whole where not.
 */
export class Bitmap {
  private readonly piece = Buffer.alloc(BITMAP_STEP);
  private pieceStart = -1;
  private readonly bigEndian: boolean;

  constructor(
    private readonly area: MappedRamArea,
    pages: number,
    private readonly from: Uint8Array | ByteSource,
  ) {
    let bigEndian = false;
    for (let page = pages; page < area.bitmapSize * 8; page++)
      if (this.bit(Math.floor(page / 8), page)) bigEndian = true;
    this.bigEndian = bigEndian;
  }

  /** True for a page that is stored. */
  has(page: number): boolean {
    const index = Math.floor(page / 8);
    return this.bit(this.bigEndian ? index - 2 * (index % 8) + 7 : index, page);
  }

  private bit(index: number, page: number): boolean {
    const { from } = this;
    if (from instanceof Uint8Array) return ((from[index]! >>> (page & 7)) & 1) === 1;
    const at = index % BITMAP_STEP;
    if (index - at !== this.pieceStart) {
      this.pieceStart = index - at;
      const length = Math.min(BITMAP_STEP, this.area.bitmapSize - this.pieceStart);
      from.readAt!(this.piece.subarray(0, length), this.area.bitmapOffset + this.pieceStart);
    }
    return ((this.piece[at]! >>> (page & 7)) & 1) === 1;
  }
}
