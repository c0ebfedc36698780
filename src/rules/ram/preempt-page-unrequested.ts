import { hex } from '../../finding.js';
import { contains, merged, type PageRange } from '../page-ranges.js';
import { eachBlock, PageSets } from '../page-sets.js';
import type { Rule } from '../rule.js';

/** Requests for more than one page that are kept; with more of them nothing is said. */
const MAX_RANGES = 1 << 16;

/** A preempt channel is for pages that the guest on the destination waits for. */
export const preemptPageUnrequested: Rule = {
  meta: {
    code: 'MIG383',
    name: 'preempt-page-unrequested',
    family: 'ram',
    severity: 'warning',
    what: 'a page on a preempt channel was never asked for on the return path',
    why: 'A source sends what was asked for on the preempt channel, and everything else on the main channel. A destination takes the page all the same.',
    fix: 'see that the return paths of all connections were captured, and are of this migration',
    cites: [{ function: 'ram_save_host_page_urgent', versions: '7.1 and later' }],
    follows: ['truncated', 'ram-flags', 'ram-continue', 'return-path-message', 'return-path-length'],
    invariants: ['INV-M151'],
  },
  watch({ facts, report }) {
    const sent = new PageSets(false);
    const asked = new PageSets(true);
    const first = new Map<string, { channel: string; offset: number }>();
    /** Requests for host pages that have several target pages. */
    const wide: { readonly block: string; readonly range: PageRange }[] = [];
    let answers = false;
    return {
      channel({ name, role }) {
        if (role === 'preempt') {
          return {
            pages(batch) {
              const { address, offset, pageSize } = batch;
              eachBlock(batch, ({ name: block }, from, to) => {
                const set = sent.of(block);
                if (!first.has(block)) first.set(block, { channel: name, offset: offset[from]! });
                for (let i = from; i < to; i++) set.set(address[i]! / pageSize);
              });
            },
          };
        }
        if (role !== 'return-path') return undefined;
        let block: string | undefined;
        return {
          message({ name: message, fields }) {
            answers = true;
            if (message === 'REQ_PAGES_ID') block = String(fields.block);
            else if (message !== 'REQ_PAGES') return;
            const known = block === undefined ? undefined : facts.blocks.get(block);
            const { pageSize } = facts;
            if (!known || pageSize === undefined) return;
            const from = Number(fields.start) / pageSize;
            const to = from + Number(fields.length) / pageSize;
            if (to - from <= 1) asked.of(known.name).set(from);
            else if (wide.length <= MAX_RANGES) wide.push({ block: known.name, range: [from, to] });
          },
        };
      },
      end() {
        if (!answers || facts.pageSize === undefined || wide.length > MAX_RANGES) return;
        for (const [block, pages] of sent.entries()) {
          const requests = asked.of(block);
          const ranges = merged(wide.filter((one) => one.block === block).map(({ range }) => range));
          const place = first.get(block);
          let lowest = -1;
          let count = 0;
          for (const page of pages.take(0, Infinity)) {
            if (requests.has(page) || contains(ranges, page)) continue;
            if (count++ === 0 || page < lowest) lowest = page;
          }
          if (count === 0 || !place) continue;
          const which = `page ${hex(lowest * facts.pageSize)} of ${block}${count > 1 ? ` and ${count - 1} more` : ''}`;
          report({ message: `${which} on the preempt channel, and never asked for`, ...place });
        }
      },
    };
  },
};
