/** One bit for each page of a block, in chunks that are made when a bit in them is set. */
import type { PageMapBudget } from '../model/page-map.js';

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

  clear(page: number): void {
    const chunk = this.chunkOf(page);
    if (chunk) chunk[wordOf(page)]! &= ~bitOf(page);
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
