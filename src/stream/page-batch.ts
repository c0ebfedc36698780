/** Page records in columns, so that millions of them cost no object each. */
import type { RamBlock } from './events.js';

export const PAGE_ZERO = 0;
export const PAGE_NORMAL = 1;
export const PAGE_XBZRLE = 2;
export const PAGE_COMPRESSED = 3;

/** The names of the kinds, by number; the keys of the page counts in every report. */
export const PAGE_KINDS = ['zero', 'normal', 'xbzrle', 'compressed'] as const;
export type PageKind = (typeof PAGE_KINDS)[number];

const CAPACITY = 4096;

/**
 * Up to `capacity` page records of one channel. The record `i` is the kind, the index of its block, the address in the block, the
 * offset of the record in the channel, and the `size` bytes of its body at `start` in `window`: the page, the fill byte,
 * the XBZRLE runs or the zlib stream.
 */
export class PageBatch {
  readonly capacity = CAPACITY;
  length = 0;
  readonly kind = new Uint8Array(CAPACITY);
  readonly block = new Uint16Array(CAPACITY);
  readonly address = new Float64Array(CAPACITY);
  readonly offset = new Float64Array(CAPACITY);
  readonly size = new Uint32Array(CAPACITY);
  readonly start = new Uint32Array(CAPACITY);
  window: Uint8Array = new Uint8Array(0);
  /** The kinds that occur, one bit each: `1 << PAGE_XBZRLE` and so on. */
  kinds = 0;
  /** A zero page is filled with another byte than 0. */
  filled = false;

  constructor(
    /** The blocks that `block` indexes; grows while the stream is read. */
    readonly blocks: readonly RamBlock[],
  ) {}

  /** The target page size in bytes, once a page has been met. */
  pageSize = 0;
  /** True for pages sent after the switch to postcopy. */
  postcopy = false;
}
