/**
 * What the memory of a guest holds behind the last page of a migration, as a hash of 8 bytes for each page that is not zero. Two of them are
 * compared without the pages.
 *
 * Pages are told by block name and address, and the last record of each counts, whatever channel it came on.
 */
import { inflateSync } from 'node:zlib';
import { HASHED_PAGE, MAX_HASHED, MAX_RUN, type PageHasher, ZERO_PAGE } from '../bytes/page-hash.js';
import type { EventOf, RamBlock, StreamEvent, StreamSink } from '../stream/events.js';
import { PAGE_COMPRESSED, PAGE_NORMAL, PAGE_ZERO, type PageBatch } from '../stream/page-batch.js';

/** No record, or taken back by POSTCOPY_RAM_DISCARD. */
export const PAGE_ABSENT = 0;
export const PAGE_IS_ZERO = ZERO_PAGE;
export const PAGE_HASHED = HASHED_PAGE;
/** The last record says what changed since the one before: only the pages themselves can tell. */
export const PAGE_UNKNOWN = 3;

/** Pages of a chunk. Small, so that few pages far apart take little memory. */
export const CHUNK_PAGES = 512;

export interface PageChunk {
  readonly states: Uint8Array;
  /** Two halves a page. */
  hashes?: Uint32Array;
}

export interface BlockIndex {
  readonly name: string;
  usedLength: number;
  declared: boolean;
  readonly chunks: Map<number, PageChunk>;
}

/** Plain data, so that a worker can hand it over. */
export interface RamSnapshot {
  readonly pageSize: number;
  readonly blocks: readonly BlockIndex[];
  /** Pages without an entry, since the index had no room for them. */
  readonly dropped: number;
}

/** The index may take this much, and an eighth of what was read: a record of a zero page has 9 bytes, and takes two in the index. */
const FREE_BYTES = 64 << 20;
const STREAM_SHARE = 8;
const ZEROS = Buffer.alloc(MAX_HASHED);

export class RamIndex implements StreamSink {
  readonly wantsMappedPages = true;
  private readonly blocks = new Map<string, BlockIndex>();
  private readonly lists = new WeakMap<readonly RamBlock[], BlockIndex[]>();
  private pageSize = 0;
  private used = 0;
  private dropped = 0;
  /** Bytes of all channels that were read so far. */
  private readonly read = new Map<readonly RamBlock[], number>();
  private readonly page = Buffer.alloc(MAX_HASHED);

  /** Indexes of one seed can be compared. */
  constructor(private readonly hasher: PageHasher) {}

  event(event: StreamEvent): void {
    if (event.kind === 'page-size') this.pageSize = event.pageSize;
    if (event.kind === 'ram-blocks') event.blocks.forEach((block) => this.declare(block));
    if (event.kind === 'command') this.discard(event);
  }

  pages(batch: PageBatch): void {
    const { length, kind, block, address, size, start, window, pageSize } = batch;
    if (length === 0) return;
    const indexes = this.indexesOf(batch.blocks);
    this.pageSize = pageSize;
    this.read.set(batch.blocks, batch.offset[length - 1]!);
    const place = this.hasher.placeOf(window);
    for (let i = 0; i < length;) {
      const number = block[i]!;
      const index = (indexes[number] ??= this.indexOf(batch.blocks[number]!));
      const at = address[i]!;
      const room = index.declared ? index.usedLength - at : Infinity;
      const page = at / pageSize;
      const chunk = room > 0 ? this.chunkOf(index, Math.floor(page / CHUNK_PAGES)) : undefined;
      if (!chunk) {
        if (room > 0) this.dropped++;
        i++;
        continue;
      }
      // Pages mostly follow each other: those of a chunk are taken together, but for one that is cut by the end of its block.
      let slot = Math.floor(page) % CHUNK_PAGES;
      const bytes = Math.min(pageSize, room);
      const end = Math.min(length, i + CHUNK_PAGES - slot, i + Math.max(1, Math.floor(room / pageSize)));
      const whole = Number.isInteger(page);
      const run = whole && bytes === pageSize ? this.run(chunk, slot, batch, place, i, end) : 0;
      i += run;
      slot += run;
      for (
        let next = at + run * pageSize;
        i < end && address[i] === next && block[i] === number;
        i++, slot++, next += pageSize
      ) {
        const from = start[i]!;
        if (kind[i] === PAGE_NORMAL) this.content(chunk, slot, window, place, from, Math.min(bytes, size[i]!));
        else if (kind[i] === PAGE_ZERO) this.fill(chunk, slot, bytes, size[i] === 0 ? 0 : window[from]!);
        else if (kind[i] === PAGE_COMPRESSED) this.inflate(chunk, slot, bytes, window.subarray(from, from + size[i]!));
        else chunk.states[slot] = PAGE_UNKNOWN;
        // No QEMU sends a page that lies across two places.
        if (!whole) chunk.states[slot] = PAGE_UNKNOWN;
      }
    }
  }

  snapshot(): RamSnapshot {
    return { pageSize: this.pageSize, blocks: [...this.blocks.values()], dropped: this.dropped };
  }

  /** Takes the whole pages from `first` on that follow each other, as far as `end`; gives how many. `place` is that of the window in the memory of the hasher. */
  private run(chunk: PageChunk, slot: number, batch: PageBatch, place: number, first: number, end: number): number {
    const { kind, block, address, size, start, pageSize } = batch;
    const last = Math.min(end, first + MAX_RUN);
    const number = block[first];
    let i = first;
    for (let next = address[first]!; i < last && kind[i] === PAGE_NORMAL && address[i] === next; next += pageSize) {
      if (block[i] !== number || size[i] !== pageSize) break;
      i++;
    }
    const count = i - first;
    const run = count > 0 ? this.hasher.pages(place, start, first, count, pageSize) : undefined;
    if (!run) return 0;
    const { states, hashes, hashed } = run;
    for (let page = 0; page < count; page++) chunk.states[slot + page] = states[page]!;
    if (hashed > 0) {
      const into = this.hashesOf(chunk);
      for (let half = 0; half < 2 * count; half++) into[2 * slot + half] = hashes[half]!;
    }
    return count;
  }

  private hashesOf(chunk: PageChunk): Uint32Array {
    if (!chunk.hashes) {
      this.used += CHUNK_PAGES * 8;
      chunk.hashes = new Uint32Array(CHUNK_PAGES * 2);
    }
    return chunk.hashes;
  }

  private content(
    chunk: PageChunk,
    slot: number,
    window: Uint8Array,
    place: number,
    start: number,
    size: number,
  ): void {
    if (window[start] === 0 && isZero(window, start, size)) {
      chunk.states[slot] = PAGE_IS_ZERO;
      return;
    }
    this.hasher.hash(window, place, start, size, this.hashesOf(chunk), slot * 2);
    chunk.states[slot] = PAGE_HASHED;
  }

  private fill(chunk: PageChunk, slot: number, size: number, byte: number): void {
    if (byte === 0) chunk.states[slot] = PAGE_IS_ZERO;
    else this.content(chunk, slot, this.page.fill(byte, 0, size), -1, 0, size);
  }

  /** A page that cannot be unpacked stays unknown; the decoder of the pages says what is wrong with it. */
  private inflate(chunk: PageChunk, slot: number, size: number, body: Uint8Array): void {
    chunk.states[slot] = PAGE_UNKNOWN;
    const page = inflatePage(body, this.pageSize);
    if (page) this.content(chunk, slot, page, -1, 0, size);
  }

  private declare(block: RamBlock): void {
    const index = this.indexOf(block);
    index.usedLength = block.usedLength;
    index.declared = block.declared;
  }

  private indexesOf(blocks: readonly RamBlock[]): BlockIndex[] {
    let indexes = this.lists.get(blocks);
    if (!indexes) this.lists.set(blocks, (indexes = []));
    return indexes;
  }

  private indexOf(block: RamBlock): BlockIndex {
    let index = this.blocks.get(block.name);
    if (!index) {
      const { name, usedLength, declared } = block;
      index = { name, usedLength, declared, chunks: new Map() };
      this.blocks.set(name, index);
    }
    return index;
  }

  private chunkOf({ chunks }: BlockIndex, number: number): PageChunk | undefined {
    const known = chunks.get(number);
    if (known) return known;
    let read = 0;
    for (const bytes of this.read.values()) read += bytes;
    if (this.used > FREE_BYTES + read / STREAM_SHARE) return undefined;
    // An entry of the map and its objects take more than the states.
    this.used += CHUNK_PAGES * 2;
    const chunk: PageChunk = { states: new Uint8Array(CHUNK_PAGES) };
    chunks.set(number, chunk);
    return chunk;
  }

  private discard({ payload }: EventOf<'command'>): void {
    const { pageSize } = this;
    const index = payload.block === undefined ? undefined : this.blocks.get(payload.block);
    if (!index || !payload.ranges || pageSize === 0) return;
    for (const [from, to] of discardedPages(payload.ranges, index.usedLength, pageSize)) forget(index.chunks, from, to);
  }
}

/** Forgets the pages `[from, to)`. Whole chunks go, so that ranges that overlap cost no more than the pages that were there. */
function forget(chunks: Map<number, PageChunk>, from: number, to: number): void {
  const [first, last] = [Math.floor(from / CHUNK_PAGES), Math.floor((to - 1) / CHUNK_PAGES)];
  const one = (number: number): void => {
    const start = number * CHUNK_PAGES;
    if (start >= from && start + CHUNK_PAGES <= to) chunks.delete(number);
    else chunks.get(number)?.states.fill(PAGE_ABSENT, Math.max(0, from - start), Math.min(CHUNK_PAGES, to - start));
  };
  if (last - first < chunks.size) for (let number = first; number <= last; number++) one(number);
  else for (const number of [...chunks.keys()]) if (number >= first && number <= last) one(number);
}

/** The ranges of POSTCOPY_RAM_DISCARD as page numbers `[from, to)`. */
export function* discardedPages(
  ranges: readonly (readonly [bigint, bigint])[],
  usedLength: number,
  pageSize: number,
): Generator<readonly [number, number]> {
  const end = BigInt(usedLength);
  for (const [start, length] of ranges) {
    if (start >= end) continue;
    const last = Number(start + length < end ? start + length : end);
    yield [Math.floor(Number(start) / pageSize), Math.ceil(last / pageSize)];
  }
}

/** A page of the compress capability; undefined where it is none. */
export function inflatePage(body: Uint8Array, pageSize: number): Buffer | undefined {
  try {
    const page = inflateSync(body, { maxOutputLength: pageSize });
    return page.length === pageSize ? page : undefined;
  } catch {
    return undefined;
  }
}

/** Looks at a few bytes first: most pages are not zero, and show it early. */
function isZero(bytes: Uint8Array, start: number, size: number): boolean {
  if (bytes[start] !== 0 || bytes[start + size - 1] !== 0 || bytes[start + (size >>> 1)] !== 0) return false;
  return ZEROS.compare(bytes, start, start + size, 0, size) === 0;
}
