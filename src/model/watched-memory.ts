/**
 * A few words of the guest's memory, followed through the pages of a stream: what they are behind the last page that a destination applies.
 *
 * Of RAM nothing else is held, however much there is. Each page record costs a look into a table of bits; only those that may hold a watched word are taken
 * apart.
 */
import { inflateSync } from 'node:zlib';
import type { EventOf, MemoryWord, RamBlock } from '../stream/events.js';
import { PAGE_COMPRESSED, PAGE_NORMAL, PAGE_XBZRLE, PAGE_ZERO, type PageBatch } from '../stream/page-batch.js';
import { decodeXbzrle } from '../wire/xbzrle.js';

/** Words that are watched. */
const MAX_WORDS = 1 << 14;
/** Bytes that a word can have. */
const MAX_WORD = 16;
/** A page can hold a watched word where the entry of its number, without the upper bits, is set. */
const FILTER_MASK = 0xffff;

interface Word {
  /** In the block. */
  readonly offset: number;
  readonly bytes: Uint8Array;
  known: boolean;
}

/** The words in one block. */
interface Watched {
  readonly words: Word[];
  /** By page, once the page size is known. */
  pages: Map<number, Word[]> | undefined;
  readonly filter: Uint8Array;
}

export class WatchedMemory {
  private readonly blocks = new Map<string, Watched>();
  /** By the list of a channel, and the number in it; null for blocks without a word. */
  private readonly lists = new WeakMap<readonly RamBlock[], (Watched | null)[]>();
  private count = 0;
  private pageSize = 0;
  private page = Buffer.alloc(0);

  /** To be called before the first page. @returns false where there is no room for it */
  watch(block: string, offset: number, length: number): boolean {
    if (length > MAX_WORD || this.count >= MAX_WORDS) return false;
    let watched = this.blocks.get(block);
    if (!watched) {
      watched = { words: [], pages: undefined, filter: new Uint8Array(FILTER_MASK + 1) };
      this.blocks.set(block, watched);
    }
    this.count++;
    watched.words.push({ offset, bytes: new Uint8Array(length), known: false });
    return true;
  }

  /** True when a word is watched. */
  get watches(): boolean {
    return this.count > 0;
  }

  /** What stands there now: a watched word, or undefined where it is none or no page of it has come. */
  read(block: string, offset: number, length: number): Uint8Array | undefined {
    const word = this.find(block, offset, length);
    return word?.known ? word.bytes : undefined;
  }

  /** All that is watched. */
  words(): readonly MemoryWord[] {
    return [...this.blocks].flatMap(([block, { words }]) =>
      words.map(({ offset, bytes }) => ({ block, offset, length: bytes.length })),
    );
  }

  /** Takes in what stands in a mapped-ram file, which has each page once. */
  mapped({ words }: EventOf<'mapped-words'>): void {
    for (const { block, offset, length, bytes } of words) {
      const word = bytes && this.find(block, offset, length);
      if (!word) continue;
      word.bytes.set(bytes);
      word.known = true;
    }
  }

  /** Takes in the pages of a channel, in the order in which a destination applies them. */
  pages(batch: PageBatch): void {
    if (this.count === 0) return;
    const { block, address, length, pageSize } = batch;
    if (this.pageSize !== pageSize) this.divide(pageSize);
    const watched = this.watchedOf(batch.blocks);
    for (let i = 0; i < length; i++) {
      const of = watched[block[i]!] ?? this.resolve(watched, batch, block[i]!);
      if (of === null) continue;
      const page = Math.floor(address[i]! / pageSize);
      if (of.filter[page & FILTER_MASK] === 0) continue;
      const words = of.pages!.get(page);
      if (words) for (const word of words) this.take(word, batch, i);
    }
  }

  private find(block: string, offset: number, length: number): Word | undefined {
    return this.blocks.get(block)?.words.find((one) => one.offset === offset && one.bytes.length === length);
  }

  private watchedOf(list: readonly RamBlock[]): (Watched | null)[] {
    let watched = this.lists.get(list);
    if (!watched) this.lists.set(list, (watched = []));
    return watched;
  }

  private resolve(watched: (Watched | null)[], { blocks }: PageBatch, index: number): Watched | null {
    return (watched[index] = this.blocks.get(blocks[index]!.name) ?? null);
  }

  /** Sorts the words by page. One that lies across two pages is never known. */
  private divide(pageSize: number): void {
    this.pageSize = pageSize;
    this.page = Buffer.alloc(pageSize);
    for (const watched of this.blocks.values()) {
      const pages = new Map<number, Word[]>();
      watched.filter.fill(0);
      for (const word of watched.words) {
        const page = Math.floor(word.offset / pageSize);
        if (Math.floor((word.offset + word.bytes.length - 1) / pageSize) !== page) continue;
        watched.filter[page & FILTER_MASK] = 1;
        const there = pages.get(page);
        if (there) there.push(word);
        else pages.set(page, [word]);
      }
      watched.pages = pages;
    }
  }

  private take(word: Word, batch: PageBatch, i: number): void {
    const { kind, start, window, address } = batch;
    const [from, size] = [start[i]!, batch.size[i]!];
    const at = word.offset - address[i]!;
    switch (kind[i]) {
      case PAGE_ZERO:
        word.bytes.fill(size === 0 ? 0 : window[from]!);
        word.known = true;
        break;
      case PAGE_NORMAL:
        word.known = at + word.bytes.length <= size;
        if (word.known) word.bytes.set(window.subarray(from + at, from + at + word.bytes.length));
        break;
      case PAGE_XBZRLE:
        // The runs are laid over what the page was, of which the word is all that matters.
        if (!word.known) break;
        this.page.set(word.bytes, at);
        word.known = decodeXbzrle(window, from, size, batch.pageSize, this.page) === undefined;
        word.bytes.set(this.page.subarray(at, at + word.bytes.length));
        break;
      case PAGE_COMPRESSED:
        word.known = this.inflate(word, window.subarray(from, from + size), at);
        break;
      default:
        word.known = false;
    }
  }

  private inflate(word: Word, data: Uint8Array, at: number): boolean {
    try {
      const page = inflateSync(data, { maxOutputLength: this.pageSize });
      if (page.length !== this.pageSize) return false;
      word.bytes.set(page.subarray(at, at + word.bytes.length));
      return true;
    } catch {
      return false;
    }
  }
}
