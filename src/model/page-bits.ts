/** One bit for each page of a block, in chunks that are made when a bit in them is set. */
import type { PageMapBudget } from './page-map.js';

const CHUNK_PAGES = 1 << 15;
const CHUNK_WORDS = CHUNK_PAGES / 32;

export class PageBits {
  private readonly chunks = new Map<number, Int32Array>();
  private current: Int32Array | undefined;
  private currentIndex = -1;
  private exhausted = false;

  /** `beyond` is what is said of pages for whose bits the budget has no room. */
  constructor(
    private readonly budget: PageMapBudget,
    private readonly beyond: boolean,
  ) {}

  has(page: number): boolean {
    const chunk = this.chunkOf(page);
    return chunk ? (chunk[wordOf(page)]! & bitOf(page)) !== 0 : this.exhausted && this.beyond;
  }

  set(page: number): void {
    const chunk = this.chunkOf(page) ?? this.make(page);
    if (chunk) chunk[wordOf(page)]! |= bitOf(page);
  }

  /** Sets the bit, and says whether it was set before. */
  add(page: number): boolean {
    const known = this.exhausted && this.beyond;
    const chunk = this.chunkOf(page) ?? this.make(page);
    if (!chunk) return known;
    const at = wordOf(page);
    const bit = bitOf(page);
    const word = chunk[at]!;
    chunk[at] = word | bit;
    return (word & bit) !== 0;
  }

  /** No bit is set, nor is anything said of pages that there was no room for. */
  get isEmpty(): boolean {
    return this.chunks.size === 0 && !(this.exhausted && this.beyond);
  }

  clear(page: number): void {
    const chunk = this.chunkOf(page);
    if (chunk) chunk[wordOf(page)]! &= ~bitOf(page);
  }

  /** Clears the bits `[from, to)`, and gives those that were set. Costs what is set, not what is named. */
  *take(from: number, to: number): Generator<number> {
    for (const [index, chunk] of this.chunks) {
      const first = index * CHUNK_PAGES;
      const behind = first + CHUNK_PAGES;
      const end = Math.min(to, behind);
      for (let page = Math.max(from, first); page < end; page++) {
        const at = (page - first) >>> 5;
        if ((chunk[at]! & bitOf(page)) === 0) continue;
        chunk[at]! &= ~bitOf(page);
        yield page;
      }
      if (from <= first && behind <= to) this.drop(index);
    }
  }

  /** The runs of pages below `count` that are not set, as `[first, behind the last]`, in order. */
  *unset(count: number): Generator<readonly [number, number]> {
    if (this.exhausted && this.beyond) return;
    let start = -1;
    let next = 0;
    for (const index of [...this.chunks.keys()].sort((a, b) => a - b)) {
      const chunk = this.chunks.get(index)!;
      const first = index * CHUNK_PAGES;
      if (first >= count) break;
      if (first > next && start < 0) start = next;
      next = Math.min(first + CHUNK_PAGES, count);
      for (let page = first; page < next; page++) {
        const word = chunk[(page - first) >>> 5]!;
        // A word of pages that are all alike goes in one step.
        const whole = (page & 31) === 0 && page + 32 <= next;
        const set = whole && (word === 0 || word === -1) ? word === -1 : (word & bitOf(page)) !== 0;
        if (set && start >= 0) {
          yield [start, page];
          start = -1;
        } else if (!set && start < 0) start = page;
        if (whole && (word === 0 || word === -1)) page += 31;
      }
    }
    if (next < count && start < 0) start = next;
    if (start >= 0) yield [start, count];
  }

  /** Gives the room of a chunk without bits back. */
  private drop(index: number): void {
    if (this.chunks.delete(index)) this.budget.left += CHUNK_WORDS * 4;
    if (index === this.currentIndex) this.currentIndex = -1;
  }

  private chunkOf(page: number): Int32Array | undefined {
    const index = Math.floor(page / CHUNK_PAGES);
    if (index !== this.currentIndex) {
      this.currentIndex = index;
      this.current = this.chunks.get(index);
    }
    return this.current;
  }

  private make(page: number): Int32Array | undefined {
    if (this.budget.left < CHUNK_WORDS * 4) {
      this.exhausted = true;
      return undefined;
    }
    this.budget.left -= CHUNK_WORDS * 4;
    this.current = new Int32Array(CHUNK_WORDS);
    this.currentIndex = Math.floor(page / CHUNK_PAGES);
    this.chunks.set(this.currentIndex, this.current);
    return this.current;
  }
}

function wordOf(page: number): number {
  return (page % CHUNK_PAGES) >>> 5;
}

function bitOf(page: number): number {
  return 1 << ((page % CHUNK_PAGES) & 31);
}
