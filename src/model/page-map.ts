/**
 * Which pages of a block have been met: one bit each, in chunks that are made when they are touched. A chunk whose pages have all been met, as they mostly
 * are behind the first pass, takes no room.
 */

const CHUNK_PAGES = 1 << 15;
const CHUNK_WORDS = CHUNK_PAGES / 32;
const CHUNK_BYTES = CHUNK_WORDS * 4;
/** Bytes of all chunks of one budget: those of 512 GiB of guest RAM in pages of 4 KiB of which only some have been met. */
export const MAX_PAGE_MAP_BYTES = 16 << 20;

/** What the page maps of one stream may take together: a bound for streams that address pages at random. */
export class PageMapBudget {
  /** A map had to go without. */
  exhausted = false;

  constructor(public left = MAX_PAGE_MAP_BYTES) {}
}

interface Chunk {
  /** Undefined when all pages have been met. */
  words: Int32Array | undefined;
  /** Pages that have not. */
  missing: number;
}

export class PageMap {
  private readonly chunks = new Map<number, Chunk>();
  private current: Chunk | undefined;
  private currentIndex = -1;

  constructor(private readonly budget: PageMapBudget) {}

  /** Marks `count` pages from `first` on. Returns how many had been marked before; pages beyond the budget never have. */
  mark(first: number, count: number): number {
    let known = 0;
    let page = first;
    const end = first + count;
    while (page < end) {
      const index = Math.floor(page / CHUNK_PAGES);
      if (index !== this.currentIndex) this.turnTo(index);
      const chunkStart = index * CHUNK_PAGES;
      const stop = Math.min(end, chunkStart + CHUNK_PAGES);
      if (this.current) known += this.markIn(this.current, page - chunkStart, stop - chunkStart);
      page = stop;
    }
    return known;
  }

  private markIn(chunk: Chunk, from: number, to: number): number {
    if (!chunk.words) return to - from;
    const known = markBits(chunk.words, from, to);
    chunk.missing -= to - from - known;
    if (chunk.missing === 0) {
      chunk.words = undefined;
      this.budget.left += CHUNK_BYTES;
    }
    return known;
  }

  private turnTo(index: number): void {
    let chunk = this.chunks.get(index);
    if (!chunk && this.budget.left >= CHUNK_BYTES) {
      this.budget.left -= CHUNK_BYTES;
      chunk = { words: new Int32Array(CHUNK_WORDS), missing: CHUNK_PAGES };
      this.chunks.set(index, chunk);
    } else if (!chunk) this.budget.exhausted = true;
    this.current = chunk;
    this.currentIndex = index;
  }
}

/** Sets the bits `[from, to)`, word by word, and counts those that were set. */
function markBits(words: Int32Array, from: number, to: number): number {
  let known = 0;
  for (let at = from; at < to;) {
    const word = at >>> 5;
    const low = at & 31;
    const high = Math.min(32, low + to - at);
    const mask = high - low === 32 ? -1 : ((1 << (high - low)) - 1) << low;
    const before = words[word]!;
    words[word] = before | mask;
    if ((before & mask) !== 0) known += countBits(before & mask);
    at += high - low;
  }
  return known;
}

function countBits(word: number): number {
  let bits = word - ((word >>> 1) & 0x55555555);
  bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333);
  return Math.imul((bits + (bits >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
