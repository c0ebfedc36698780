import { PageMap, PageMapBudget } from '../../model/page-map.js';
import type { PageBatch } from '../../stream/page-batch.js';
import { MIG_CMD_POSTCOPY_RAM_DISCARD } from '../../wire/command.js';
import type { Rule } from '../rule.js';

interface Present {
  readonly map: PageMap;
  pages: number;
}

/** In the end every page is there once: what was sent before the switch, less what was discarded, and the pages behind it. */
export const postcopyPages: Rule = {
  meta: {
    code: 'MIG252',
    name: 'postcopy-pages',
    family: 'ram',
    severity: 'error',
    what: 'a page behind the switch to postcopy is one that the destination has, or one that was discarded never comes again',
    why: 'A page can be placed only where none is: a second one makes the destination give up. A guest that touches a page that never comes waits for ever.',
    fix: 'look for sections or RAM_DISCARD commands that are missing, or that were put in twice',
    cites: [
      {
        function: 'postcopy_place_page',
        text: 'uffd_copy_page() failed: %p -> %p, len: %zu, errno=17',
        versions: '2.5 and later, in words that vary',
      },
      {
        function: 'postcopy_place_page_zero',
        text: 'uffd_zero_page() failed: %p, len: %zu, errno=17',
        versions: '2.5 and later, in words that vary',
      },
    ],
    invariants: ['INV-204', 'INV-205', 'INV-206', 'INV-209'],
  },
  watch({ facts, report }) {
    const budget = new PageMapBudget();
    const present = new Map<string, Present>();
    let recovered = false;
    let discards = false;
    let eof: { channel: string; offset: number } | undefined;
    const presentOf = (name: string): Present => {
      let found = present.get(name);
      if (!found) present.set(name, (found = { map: new PageMap(budget), pages: 0 }));
      return found;
    };
    const twice = (channel: string, { offset, address, block, blocks }: PageBatch, i: number): void => {
      const { name } = blocks[block[i]!]!;
      report({
        message: `page 0x${address[i]!.toString(16)} of ${name} comes a second time behind the switch to postcopy`,
        channel,
        offset: offset[i]!,
        path: `ram > ${name}`,
      });
    };
    const take = (channel: string, batch: PageBatch): void => {
      const { length, block, blocks, address, pageSize, postcopy } = batch;
      for (let start = 0; start < length;) {
        const index = block[start]!;
        const found = presentOf(blocks[index]!.name);
        let i = start + 1;
        if (!postcopy) while (i < length && block[i] === index && address[i] === address[i - 1]! + pageSize) i++;
        const known = found.map.mark(address[start]! / pageSize, i - start);
        found.pages += i - start - known;
        if (postcopy && known > 0) twice(channel, batch, start);
        start = i;
      }
    };
    return {
      channel({ name: channel, role }) {
        // What of a broken connection has arrived is not in the capture.
        recovered ||= role === 'recovery-main';
        if (recovered || (role !== 'main' && role !== 'multifd' && role !== 'preempt')) return undefined;
        return {
          pages(batch) {
            if (facts.postcopyRam && !recovered) take(channel, batch);
          },
          command({ code, payload: { block, ranges = [] } }) {
            if (code !== MIG_CMD_POSTCOPY_RAM_DISCARD || block === undefined || facts.pageSize === undefined) return;
            discards = true;
            const found = presentOf(block);
            for (const [start, length] of ranges)
              found.pages -= found.map.clear(Number(start) / facts.pageSize, Number(length) / facts.pageSize);
          },
          eof({ offset, packaged }) {
            if (!packaged) eof = { channel, offset };
          },
        };
      },
      end() {
        const page = facts.pageSize;
        if (!eof || !facts.postcopy || !discards || recovered || page === undefined || budget.left < 0x1000) return;
        const missing = [...present].flatMap(([name, { pages }]) => {
          const left = Math.ceil((facts.blocks.get(name)?.usedLength ?? 0) / page) - pages;
          return left > 0 ? [`${name} ${left}`] : [];
        });
        if (missing.length === 0) return;
        const alone = !facts.several;
        const message = `pages that the destination lacks at the end: ${missing.join(', ')}`;
        report({
          message: alone ? `${message} (some may have come on a preempt channel)` : message,
          ...eof,
          length: 1,
          ...(alone && { severity: 'info' as const }),
        });
      },
    };
  },
};
