/** The first bytes that differ of the first pages that differ. */
import type { ChosenPages } from './page-contents.js';
import type { RamBlockDifference, RamComparison } from './ram.js';

export interface PageExcerpt {
  readonly block: string;
  /** Of the first byte that differs, in the block. */
  readonly address: number;
  /** Bytes of the page that differ. */
  readonly differing: number;
  /** Sixteen bytes around it. */
  readonly a: Uint8Array;
  readonly b: Uint8Array;
}

const MAX_PAGES = 16;
const WIDTH = 16;

/** Gives maps with the pages that are shown, by what a side calls their blocks, to be filled for each side. */
export function pagesToShow({ blocks, pageSize }: RamComparison): (side: 'A' | 'B') => Map<string, ChosenPages> {
  const shown: (readonly [block: RamBlockDifference, page: number])[] = [];
  for (const block of blocks) {
    for (const [start, length] of block.ranges) {
      for (let at = start; at < start + length && shown.length < MAX_PAGES; at += pageSize ?? length)
        shown.push([block, at / (pageSize ?? 1)]);
    }
  }
  return (side) => {
    const chosen = new Map<string, ChosenPages>();
    for (const [block, page] of shown) {
      const name = side === 'A' ? block.name : nameInB(block);
      const pages = chosen.get(name);
      if (pages) pages.set(page, undefined);
      else chosen.set(name, new Map([[page, undefined]]));
    }
    return chosen;
  };
}

export function excerpts(
  a: ReadonlyMap<string, ChosenPages>,
  b: ReadonlyMap<string, ChosenPages>,
  { blocks, pageSize = 0 }: RamComparison,
): PageExcerpt[] {
  const found: PageExcerpt[] = [];
  const names = new Map(blocks.map((block) => [block.name, nameInB(block)]));
  for (const [block, pages] of a) {
    for (const [page, one] of pages) {
      const other = b.get(names.get(block) ?? block)?.get(page);
      if (!one || !other) continue;
      let first = -1;
      let differing = 0;
      for (let i = 0; i < Math.min(one.length, other.length); i++) {
        if (one[i] === other[i]) continue;
        if (first < 0) first = i;
        differing++;
      }
      if (first < 0) continue;
      const from = first - (first % WIDTH);
      found.push({
        block,
        address: page * pageSize + first,
        differing,
        a: one.subarray(from, from + WIDTH),
        b: other.subarray(from, from + WIDTH),
      });
    }
  }
  return found;
}

function nameInB({ name, nameB = name }: RamBlockDifference): string {
  return nameB;
}
