/** Which pages of a block have been met: one bit each, in chunks that are made when they are touched. */

const CHUNK_PAGES = 1 << 15;
const CHUNK_WORDS = CHUNK_PAGES / 32;
/** Bytes of all chunks of one budget: 2 TiB of guest RAM in pages of 4 KiB, and a bound for streams that address pages at random. */
export const MAX_PAGE_MAP_BYTES = 64 << 20;

/** What the page maps of one stream may take together. */
export class PageMapBudget {
  left = MAX_PAGE_MAP_BYTES;
}

export class PageMap {
  private readonly chunks = new Map<number, Int32Array>();
  private current: Int32Array | undefined;
  private currentIndex = -1;

  constructor(private readonly budget: PageMapBudget) {}

  /** Marks a page. True when it had been marked before; pages beyond the budget never have. */
  mark(page: number): boolean {
    const index = Math.floor(page / CHUNK_PAGES);
    if (index !== this.currentIndex) this.turnTo(index);
    const chunk = this.current;
    if (!chunk) return false;
    const within = page % CHUNK_PAGES;
    const word = within >>> 5;
    const bit = 1 << (within & 31);
    const before = chunk[word]!;
    chunk[word] = before | bit;
    return (before & bit) !== 0;
  }

  private turnTo(index: number): void {
    let chunk = this.chunks.get(index);
    if (!chunk && this.budget.left >= CHUNK_WORDS * 4) {
      this.budget.left -= CHUNK_WORDS * 4;
      chunk = new Int32Array(CHUNK_WORDS);
      this.chunks.set(index, chunk);
    }
    this.current = chunk;
    this.currentIndex = index;
  }
}
