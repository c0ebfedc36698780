import { hex } from '../../finding.js';
import { MIG_CMD_POSTCOPY_RAM_DISCARD } from '../../wire/command.js';
import { eachBlock, PageSets } from '../page-sets.js';
import { overlap, type PageRange } from '../page-ranges.js';
import type { Rule } from '../rule.js';

/** What is discarded at the switch to postcopy has to come behind it. */
export const pageNeverArrives: Rule = {
  meta: {
    code: 'MIG382',
    name: 'page-never-arrives',
    family: 'ram',
    severity: 'error',
    what: 'a page that was discarded at the switch to postcopy never arrives',
    why: 'A destination forgets discarded pages and waits for them. A guest that touches one that never comes hangs for good; one that nobody touches holds zeros.',
    fix: 'see that all connections of the migration were captured, the preempt channel and recoveries too',
    cites: [{ function: 'postcopy_ram_fault_thread', versions: '2.5 and later' }],
    follows: [
      'truncated',
      'command-payload',
      'ram-flags',
      'ram-continue',
      'unknown-section-type',
      'section-footer',
      'capture-main',
      'discard-range',
    ],
    invariants: ['INV-M150'],
  },
  watch({ facts, report }) {
    interface Discarded {
      readonly channel: string;
      readonly offset: number;
      readonly ranges: PageRange[];
    }
    const discarded = new Map<string, Discarded>();
    const arrived = new PageSets(true);
    return {
      channel({ name, role }) {
        if (role !== 'main' && role !== 'preempt' && role !== 'recovery-main') return undefined;
        return {
          command({ code, payload: { block, ranges }, offset }) {
            const { pageSize } = facts;
            if (code !== MIG_CMD_POSTCOPY_RAM_DISCARD || block === undefined || !ranges || pageSize === undefined)
              return;
            let known = discarded.get(block);
            if (!known) discarded.set(block, (known = { channel: name, offset, ranges: [] }));
            for (const [start, length] of ranges)
              known.ranges.push([Number(start) / pageSize, Number(start + length) / pageSize]);
          },
          pages(batch) {
            if (!batch.postcopy) return;
            const { address, pageSize } = batch;
            eachBlock(batch, ({ name: block }, from, to) => {
              const pages = arrived.of(block);
              for (let i = from; i < to; i++) pages.set(address[i]! / pageSize);
            });
          },
        };
      },
      end() {
        const { pageSize } = facts;
        if (!facts.postcopy || !facts.ended || pageSize === undefined) return;
        for (const [block, { ranges, ...place }] of discarded) {
          const length = facts.blocks.get(block)?.usedLength;
          if (length === undefined) continue;
          const [lowest, count] = overlap(ranges, arrived.of(block).unset(Math.ceil(length / pageSize)));
          if (count === 0) continue;
          const more = count > 1 ? ` and ${count - 1} more` : '';
          report({
            message: `page ${hex(lowest * pageSize)} of ${block}${more} discarded and never sent again`,
            ...place,
            path: `ram > ${block}`,
          });
        }
      },
    };
  },
};
