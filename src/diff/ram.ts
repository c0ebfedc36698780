/** Compares what the memory of two guests holds, page by page, from the hashes of both. */
import { type MovedPlaces, movedName } from './moved-block.js';
import {
  type BlockIndex,
  CHUNK_PAGES,
  PAGE_ABSENT,
  PAGE_HASHED,
  PAGE_IS_ZERO,
  PAGE_UNKNOWN,
  type PageChunk,
  type RamSnapshot,
} from './ram-index.js';

/** Address and length in bytes. */
export type Range = readonly [start: number, length: number];

export interface PageRanges {
  readonly pages: number;
  /** The first of them. */
  readonly ranges: readonly Range[];
}

export interface RamBlockDifference {
  readonly name: string;
  /** What it is called in B, where that is something else: its device stands elsewhere there. */
  readonly nameB?: string;
  /** Bytes in use on each side; undefined where a side does not have the block. */
  readonly lengthA?: number;
  readonly lengthB?: number;
  /** Pages that both sides say something of. */
  readonly pagesCompared: number;
  /** Pages with other contents. */
  readonly pagesDiffer: number;
  readonly ranges: readonly Range[];
  /** Pages that are zero on one side and were never sent on the other. */
  readonly zeroAgainstNeverSent: PageRanges;
  /** Pages that hold something on one side and were never sent on the other. */
  readonly neverSentA: PageRanges;
  readonly neverSentB: PageRanges;
  /** Pages whose contents could not be made out on one side. */
  readonly unknown: PageRanges;
  /** Pages that a side may have behind the place up to which it was read. */
  readonly notReached: number;
}

export interface RamComparison {
  readonly pageSize?: number;
  /** Every block that one of them has. */
  readonly blocks: readonly RamBlockDifference[];
  /** Why nothing was compared. */
  readonly note?: string;
}

const MAX_RANGES = 1000;

/** Whether a side was read to its end: a page that was not reached is not missing. */
export interface Reached {
  readonly complete: boolean;
}

const WHOLE: Reached = { complete: true };

/** `moved` has the places of devices that stand elsewhere in B: their blocks are compared with what they are called there. */
export function compareRam(
  a: RamSnapshot,
  b: RamSnapshot,
  endA = WHOLE,
  endB = WHOLE,
  moved: MovedPlaces = new Map(),
): RamComparison {
  const others = new Map(b.blocks.map((block) => [block.name, block]));
  const names = new Set(a.blocks.map(({ name }) => name));
  // A side without a page has no page size, and none to compare.
  const pageSize = a.pageSize || b.pageSize;
  const alike = a.pageSize === 0 || b.pageSize === 0 || a.pageSize === b.pageSize;
  const blocks: RamBlockDifference[] = [];
  for (const block of a.blocks) {
    const elsewhere = others.has(block.name) ? undefined : movedName(block.name, moved);
    const name = elsewhere === undefined || names.has(elsewhere) ? block.name : elsewhere;
    const other = others.get(name);
    others.delete(name);
    blocks.push(compareBlock(block, other, alike ? pageSize : 0, endA, endB));
  }
  for (const block of others.values()) blocks.push(compareBlock(undefined, block, alike ? pageSize : 0, endA, endB));
  return {
    ...(pageSize > 0 && { pageSize }),
    blocks,
    ...(!alike && { note: `pages of ${a.pageSize} and ${b.pageSize} bytes cannot be compared` }),
  };
}

/** True where a block is the same on both sides. */
export function isSameBlock(block: RamBlockDifference): boolean {
  return (
    block.lengthA === block.lengthB &&
    block.pagesDiffer === 0 &&
    block.neverSentA.pages + block.neverSentB.pages + block.zeroAgainstNeverSent.pages + block.unknown.pages === 0
  );
}

function compareBlock(
  a: BlockIndex | undefined,
  b: BlockIndex | undefined,
  pageSize: number,
  endA: Reached,
  endB: Reached,
): RamBlockDifference {
  const differ = new RangeList(pageSize);
  const unknown = new RangeList(pageSize);
  const zero = new RangeList(pageSize);
  const neverA = new RangeList(pageSize);
  const neverB = new RangeList(pageSize);
  let compared = 0;
  let notReached = 0;
  const numbers = a && b && pageSize > 0 ? [...new Set([...a.chunks.keys(), ...b.chunks.keys()])] : [];
  for (const number of numbers.sort((x, y) => x - y)) {
    const [x, y] = [a!.chunks.get(number), b!.chunks.get(number)];
    if (x && y && isSameChunk(x, y)) {
      compared += recorded(x.states);
      continue;
    }
    for (let slot = 0; slot < CHUNK_PAGES; slot++) {
      const page = number * CHUNK_PAGES + slot;
      const [one, other] = [x?.states[slot] ?? PAGE_ABSENT, y?.states[slot] ?? PAGE_ABSENT];
      if (one === PAGE_ABSENT && other === PAGE_ABSENT) continue;
      if ((one === PAGE_ABSENT && !endA.complete) || (other === PAGE_ABSENT && !endB.complete)) notReached++;
      else if (one === PAGE_UNKNOWN || other === PAGE_UNKNOWN) unknown.add(page);
      else if (one === PAGE_ABSENT) (other === PAGE_IS_ZERO ? zero : neverA).add(page);
      else if (other === PAGE_ABSENT) (one === PAGE_IS_ZERO ? zero : neverB).add(page);
      else {
        compared++;
        const same = one === other && (one === PAGE_IS_ZERO || isSameHash(x!.hashes!, y!.hashes!, slot));
        if (!same) differ.add(page);
      }
    }
  }
  return {
    name: (a ?? b)!.name,
    ...(a && b && a.name !== b.name && { nameB: b.name }),
    ...(a && { lengthA: a.usedLength }),
    ...(b && { lengthB: b.usedLength }),
    pagesCompared: compared,
    pagesDiffer: differ.pages,
    ranges: differ.ranges,
    zeroAgainstNeverSent: zero.list(),
    neverSentA: neverA.list(),
    neverSentB: neverB.list(),
    unknown: unknown.list(),
    notReached,
  };
}

function isSameChunk(a: PageChunk, b: PageChunk): boolean {
  if (Buffer.compare(a.states, b.states) !== 0 || a.states.includes(PAGE_UNKNOWN)) return false;
  if (!a.hashes || !b.hashes) return a.hashes === b.hashes || !a.states.includes(PAGE_HASHED);
  return Buffer.compare(bytesOf(a.hashes), bytesOf(b.hashes)) === 0;
}

function recorded(states: Uint8Array): number {
  let count = 0;
  for (let slot = 0; slot < states.length; slot++) if (states[slot] !== PAGE_ABSENT) count++;
  return count;
}

function isSameHash(a: Uint32Array, b: Uint32Array, slot: number): boolean {
  return a[slot * 2] === b[slot * 2] && a[slot * 2 + 1] === b[slot * 2 + 1];
}

function bytesOf({ buffer, byteOffset, byteLength }: Uint32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** Pages in order, joined to ranges. */
class RangeList {
  pages = 0;
  readonly ranges: [number, number][] = [];

  constructor(private readonly pageSize: number) {}

  add(page: number): void {
    this.pages++;
    const start = page * this.pageSize;
    const last = this.ranges[this.ranges.length - 1];
    if (last && last[0] + last[1] === start) last[1] += this.pageSize;
    else if (this.ranges.length < MAX_RANGES) this.ranges.push([start, this.pageSize]);
  }

  list(): PageRanges {
    return { pages: this.pages, ranges: this.ranges };
  }
}

/** The pages of a snapshot that only their contents can tell. */
export function unknownPages({ blocks }: RamSnapshot): Map<string, number[]> {
  const found = new Map<string, number[]>();
  for (const { name, chunks } of blocks) {
    for (const [number, { states }] of chunks) {
      for (let slot = states.indexOf(PAGE_UNKNOWN); slot >= 0; slot = states.indexOf(PAGE_UNKNOWN, slot + 1)) {
        const list = found.get(name);
        if (list) list.push(number * CHUNK_PAGES + slot);
        else found.set(name, [number * CHUNK_PAGES + slot]);
      }
    }
  }
  return found;
}
