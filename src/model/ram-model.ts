/** Adds up page records: counts by kind and block, pages sent twice, passes over the guest's memory. */
import type { EventOf, RamBlock } from '../stream/events.js';
import { PAGE_KINDS, PAGE_NORMAL, PAGE_ZERO, type PageBatch, type PageKind } from '../stream/page-batch.js';
import { PageMap, PageMapBudget } from './page-map.js';

export type PageCounts = Readonly<Record<PageKind | 'duplicate', number>>;

export interface RamBlockSummary {
  readonly name: string;
  readonly usedLength: number;
  /** False for a block that pages name but no list declares. */
  readonly declared: boolean;
  readonly pageSize?: number;
  readonly address?: number;
  readonly mappedRam?: RamBlock['mappedRam'];
  readonly pages: PageCounts;
}

export interface RamSummary {
  readonly blocks: readonly RamBlockSummary[];
  /** How often the source went through its memory: the order of pages started over, before any switch to postcopy. */
  readonly passes: number;
  /** Page records after the switch to postcopy. */
  readonly postcopyPages: number;
  /** False when the page map's bound was reached: duplicates are then a lower bound. */
  readonly exact: boolean;
}

interface BlockCounts {
  readonly kinds: Float64Array;
  readonly map: PageMap;
  duplicates: number;
}

export class RamModel {
  private blocks: readonly RamBlock[] = [];
  private readonly counts: BlockCounts[] = [];
  private readonly budget = new PageMapBudget();
  private lastBlock = -1;
  private lastAddress = -1;
  private passes = 0;
  private postcopyPages = 0;

  declared(event: EventOf<'ram-blocks'>): void {
    for (const block of event.blocks) {
      const { kinds } = this.countsOf(block.index);
      if (!block.mappedRam) continue;
      kinds[PAGE_NORMAL] = block.mappedRam.normalPages;
      kinds[PAGE_ZERO] = block.mappedRam.zeroPages;
      this.passes = 1;
    }
    this.known(event.blocks);
  }

  pages(batch: PageBatch): void {
    const { length, kind, block, address, pageSize } = batch;
    let passes = this.passes === 0 ? 1 : this.passes;
    // Pages mostly follow each other: runs of them are counted at once.
    for (let start = 0; start < length;) {
      const index = block[start]!;
      const first = address[start]!;
      const { kinds, map } = this.countsOf(index);
      let next = first;
      let normal = 0;
      let i = start;
      for (; i < length && address[i] === next && block[i] === index; i++) {
        next += pageSize;
        if (kind[i] === PAGE_NORMAL) normal++;
        else kinds[kind[i]!]!++;
      }
      kinds[PAGE_NORMAL]! += normal;
      this.counts[index]!.duplicates += map.mark(first / pageSize, i - start);
      if (index < this.lastBlock || (index === this.lastBlock && first <= this.lastAddress)) passes++;
      this.lastBlock = index;
      this.lastAddress = next - pageSize;
      start = i;
    }
    if (batch.postcopy) this.postcopyPages += length;
    else this.passes = passes;
    this.blocks = batch.blocks;
  }

  summary(): RamSummary {
    return {
      blocks: this.blocks.map((block) => {
        const { name, usedLength, declared, pageSize, address, mappedRam } = block;
        return {
          name,
          usedLength,
          declared,
          ...(pageSize !== undefined && { pageSize }),
          ...(address !== undefined && { address }),
          ...(mappedRam && { mappedRam }),
          pages: this.pageCounts(block.index),
        };
      }),
      passes: this.passes,
      postcopyPages: this.postcopyPages,
      exact: this.budget.left >= 0x1000,
    };
  }

  private pageCounts(index: number): PageCounts {
    const { kinds, duplicates } = this.countsOf(index);
    const byKind = Object.fromEntries(PAGE_KINDS.map((name, i) => [name, kinds[i]!])) as Record<PageKind, number>;
    return { ...byKind, duplicate: duplicates };
  }

  private countsOf(index: number): BlockCounts {
    return (this.counts[index] ??= {
      kinds: new Float64Array(PAGE_KINDS.length),
      map: new PageMap(this.budget),
      duplicates: 0,
    });
  }

  /** A list only names its own blocks; a batch brings all that the stream has named. */
  private known(blocks: readonly RamBlock[]): void {
    const all = [...this.blocks];
    for (const block of blocks) all[block.index] = block;
    this.blocks = all;
  }
}
