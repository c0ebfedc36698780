import { hex } from '../../finding.js';
import { eachBlock } from '../page-sets.js';
import type { Rule } from '../rule.js';

/** With large pages a destination can only put whole ones in place, so their parts come one behind the other. */
export const hostPageSplit: Rule = {
  meta: {
    code: 'MIG384',
    name: 'host-page-split',
    family: 'ram',
    severity: 'error',
    what: 'the parts of a host page do not come in order and together after the switch to postcopy',
    why: 'A destination puts a host page in place when all its parts have come, on one channel and in order. It refuses a part of another one between them.',
    fix: 'see that no record was lost; otherwise it is a fault of the source',
    cites: [
      {
        function: 'ram_load_postcopy',
        text: 'Non-same host page detected on channel %d: Target host page %p, received host page %p (rb %s offset 0x%lx target_pages %d)',
        versions: '2.5 and later, in words that vary',
      },
    ],
    follows: ['truncated', 'ram-flags', 'ram-continue', 'section-footer', 'unknown-section-type'],
    invariants: ['INV-M144'],
  },
  watch({ facts, report }) {
    return {
      channel({ name, role }) {
        if (role !== 'main' && role !== 'preempt' && role !== 'recovery-main') return undefined;
        /** The part that has to come next; undefined between host pages. */
        let next: { block: string; address: number; last: number } | undefined;
        let reported = false;
        return {
          pages(batch) {
            if (!batch.postcopy || reported) return;
            const { address, offset, pageSize } = batch;
            eachBlock(batch, ({ name: block }, from, to) => {
              const size = facts.blocks.get(block)?.pageSize ?? pageSize;
              if (size <= pageSize && !next) return;
              for (let i = from; i < to && !reported; i++) {
                const at = address[i]!;
                const expected = next ? next.address : at - (at % size);
                if ((next && next.block !== block) || at !== expected) {
                  reported = true;
                  report({
                    message: `page ${hex(at)} of ${block} inside a host page that is not whole`,
                    channel: name,
                    offset: offset[i]!,
                    expected: `page ${hex(expected)} of ${next?.block ?? block}`,
                    found: `page ${hex(at)} of ${block}`,
                  });
                  return;
                }
                const last = next?.last ?? expected + size - pageSize;
                next = at === last ? undefined : { block, address: at + pageSize, last };
              }
            });
          },
        };
      },
    };
  },
};
