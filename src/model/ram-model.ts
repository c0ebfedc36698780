/** Adds up page records: counts by kind and block, pages sent twice, passes over the guest's memory. */
import type { EventOf, RamBlock } from '../stream/events.js';
import {
  PAGE_KINDS,
  PAGE_NORMAL,
  PAGE_XBZRLE,
  PAGE_ZERO,
  type PageBatch,
  type PageKind,
} from '../stream/page-batch.js';
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
  /** Where an XBZRLE page came for a page that had not been sent before. */
  readonly baseless?: { readonly offset: number; readonly address: number };
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
  block: RamBlock;
  readonly kinds: Float64Array;
  readonly map: PageMap;
  duplicates: number;
  baseless?: { readonly offset: number; readonly address: number };
}

/** The RAM of one migration. Every channel counts through a lane of its own, since each numbers the blocks in its own way. */
export class RamModel {
  private readonly counts = new Map<string, BlockCounts>();
  private readonly lanes: RamLane[] = [];
  private readonly budget = new PageMapBudget();

  lane(): RamLane {
    const lane = new RamLane((block) => this.countsOf(block));
    this.lanes.push(lane);
    return lane;
  }

  summary(): RamSummary {
    const sum = (value: (lane: RamLane) => number): number =>
      this.lanes.reduce((total, lane) => total + value(lane), 0);
    const exact = !this.budget.exhausted;
    return {
      blocks: [...this.counts.values()].map(({ block, kinds, duplicates, baseless }) => {
        const { name, usedLength, declared, pageSize, address, mappedRam } = block;
        const byKind = Object.fromEntries(PAGE_KINDS.map((kind, i) => [kind, kinds[i]!])) as Record<PageKind, number>;
        return {
          name,
          usedLength,
          declared,
          ...(pageSize !== undefined && { pageSize }),
          ...(address !== undefined && { address }),
          ...(mappedRam && { mappedRam }),
          pages: { ...byKind, duplicate: duplicates },
          ...(exact && baseless && { baseless }),
        };
      }),
      passes: Math.max(0, ...this.lanes.map((lane) => lane.passes)),
      postcopyPages: sum((lane) => lane.postcopyPages),
      exact,
    };
  }

  private countsOf(block: RamBlock): BlockCounts {
    let counts = this.counts.get(block.name);
    if (!counts) {
      counts = { block, kinds: new Float64Array(PAGE_KINDS.length), map: new PageMap(this.budget), duplicates: 0 };
      this.counts.set(block.name, counts);
    } else if (block.declared) counts.block = { ...counts.block, ...block };
    return counts;
  }
}

/** What one channel adds to the RAM of a migration. */
export class RamLane {
  passes = 0;
  postcopyPages = 0;
  private counts: BlockCounts[] = [];
  private lastBlock = -1;
  private lastAddress = -1;

  constructor(private readonly countsOf: (block: RamBlock) => BlockCounts) {}

  declared(event: EventOf<'ram-blocks'>): void {
    for (const block of event.blocks) {
      const counts = this.countsOf(block);
      this.counts[block.index] = counts;
      if (!block.mappedRam) continue;
      counts.kinds[PAGE_NORMAL] = block.mappedRam.normalPages;
      counts.kinds[PAGE_ZERO] = block.mappedRam.zeroPages;
      this.passes = 1;
    }
  }

  pages(batch: PageBatch): void {
    const { length, kind, block, address, pageSize } = batch;
    let passes = this.passes === 0 ? 1 : this.passes;
    const deltas = (batch.kinds & (1 << PAGE_XBZRLE)) !== 0;
    // Pages mostly follow each other: runs of them are counted at once; those that build on what was sent before one by one.
    for (let start = 0; start < length;) {
      const index = block[start]!;
      const first = address[start]!;
      const counts = (this.counts[index] ??= this.countsOf(batch.blocks[index]!));
      const { kinds } = counts;
      let next = first;
      let normal = 0;
      let i = start;
      const delta = deltas && kind[start] === PAGE_XBZRLE;
      for (; i < length && address[i] === next && block[i] === index; i++) {
        if (deltas && i > start && (delta || kind[i] === PAGE_XBZRLE)) break;
        next += pageSize;
        if (kind[i] === PAGE_NORMAL) normal++;
        else kinds[kind[i]!]!++;
      }
      kinds[PAGE_NORMAL]! += normal;
      const known = counts.map.mark(first / pageSize, i - start);
      counts.duplicates += known;
      if (delta && known === 0) counts.baseless ??= { offset: batch.offset[start]!, address: first };
      if (index < this.lastBlock || (index === this.lastBlock && first <= this.lastAddress)) passes++;
      this.lastBlock = index;
      this.lastAddress = next - pageSize;
      start = i;
    }
    if (batch.postcopy) this.postcopyPages += length;
    else this.passes = passes;
  }
}
