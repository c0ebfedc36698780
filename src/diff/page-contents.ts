/** Keeps the final contents of a few chosen pages: to look at what differs, and to add up pages that came as changes of themselves. */
import type { EventOf, RamBlock, StreamEvent, StreamSink } from '../stream/events.js';
import { PAGE_COMPRESSED, PAGE_NORMAL, PAGE_XBZRLE, PAGE_ZERO, type PageBatch } from '../stream/page-batch.js';
import { decodeXbzrle } from '../wire/xbzrle.js';
import { discardedPages, inflatePage } from './ram-index.js';

/** Page numbers of one block, and what they hold: undefined for what is not there or cannot be decoded. */
export type ChosenPages = Map<number, Buffer | undefined>;

export class PageContents implements StreamSink {
  readonly wantsMappedPages = true;
  private readonly lists = new WeakMap<readonly RamBlock[], (ChosenPages | undefined)[]>();
  private readonly lengths = new Map<string, number>();
  private pageSize = 0;

  /** `chosen` holds the pages that are wanted, by block, and is filled. */
  constructor(private readonly chosen: ReadonlyMap<string, ChosenPages>) {}

  event(event: StreamEvent): void {
    if (event.kind === 'page-size') this.pageSize = event.pageSize;
    if (event.kind === 'ram-blocks')
      for (const { name, usedLength } of event.blocks) this.lengths.set(name, usedLength);
    if (event.kind === 'command') this.discard(event);
  }

  pages(batch: PageBatch): void {
    const { length, block, address, pageSize } = batch;
    this.pageSize = pageSize;
    let lists = this.lists.get(batch.blocks);
    if (!lists) this.lists.set(batch.blocks, (lists = []));
    for (let i = 0; i < length; i++) {
      const number = block[i]!;
      const pages = number in lists ? lists[number] : (lists[number] = this.chosen.get(batch.blocks[number]!.name));
      const page = address[i]! / pageSize;
      if (pages?.has(page)) pages.set(page, this.content(batch, i, pages.get(page)));
    }
  }

  private content(batch: PageBatch, i: number, before: Buffer | undefined): Buffer | undefined {
    const { kind, size, start, window, pageSize } = batch;
    const from = start[i]!;
    const used = this.lengths.get(batch.blocks[batch.block[i]!]!.name) ?? Infinity;
    const page = before ?? Buffer.alloc(Math.min(pageSize, Math.max(0, used - batch.address[i]!)));
    switch (kind[i]) {
      case PAGE_NORMAL:
        page.set(window.subarray(from, from + Math.min(page.length, size[i]!)));
        return page;
      case PAGE_ZERO:
        return page.fill(size[i] === 0 ? 0 : window[from]!);
      case PAGE_XBZRLE:
        return decodeXbzrle(window, from, size[i]!, page.length, page) === undefined ? page : undefined;
      case PAGE_COMPRESSED:
        return inflatePage(window.subarray(from, from + size[i]!), pageSize)?.subarray(0, page.length);
      default:
        return page;
    }
  }

  private discard({ payload }: EventOf<'command'>): void {
    const pages = payload.block === undefined ? undefined : this.chosen.get(payload.block);
    const used = this.lengths.get(payload.block ?? '') ?? 0;
    if (!pages || !payload.ranges || this.pageSize === 0) return;
    for (const [from, to] of discardedPages(payload.ranges, used, this.pageSize)) {
      for (const page of pages.keys()) if (page >= from && page < to) pages.set(page, undefined);
    }
  }
}
