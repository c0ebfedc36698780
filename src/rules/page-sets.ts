/** Sets of pages, by the name of their block: what rules remember of pages, a bit for each. */
import { PageBits } from '../model/page-bits.js';
import { PageMapBudget } from '../model/page-map.js';
import type { RamBlock } from '../stream/events.js';
import type { PageBatch } from '../stream/page-batch.js';

export class PageSets {
  private readonly budget = new PageMapBudget();
  private readonly byName = new Map<string, PageBits>();

  /** `beyond` is what is said of pages that there is no room to remember. */
  constructor(private readonly beyond: boolean) {}

  /** The set of a block; empty when it is first asked for. */
  of(block: string): PageBits {
    let set = this.byName.get(block);
    if (!set) this.byName.set(block, (set = new PageBits(this.budget, this.beyond)));
    return set;
  }

  /** All sets that have been asked for. */
  entries(): Iterable<readonly [block: string, pages: PageBits]> {
    return this.byName;
  }

  /** Forgets all pages. */
  clear(): void {
    this.byName.clear();
    this.budget.left = new PageMapBudget().left;
  }
}

/** Calls `run` for each run of records of a batch that are of one block: the indexes `[from, to)`. */
export function eachBlock(batch: PageBatch, run: (block: RamBlock, from: number, to: number) => void): void {
  const { block, length, blocks } = batch;
  for (let from = 0; from < length;) {
    const index = block[from]!;
    let to = from + 1;
    while (to < length && block[to] === index) to++;
    run(blocks[index]!, from, to);
    from = to;
  }
}
