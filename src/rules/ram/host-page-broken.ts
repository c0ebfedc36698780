import type { PageBatch } from '../../stream/page-batch.js';
import type { Rule } from '../rule.js';

/** In postcopy, memory of huge pages is placed one huge page at a time. */
export const hostPageBroken: Rule = {
  meta: {
    code: 'MIG255',
    name: 'host-page-broken',
    family: 'ram',
    severity: 'error',
    what: 'the target pages of one host page are not sent together behind the switch to postcopy',
    why: 'A destination collects a host page before it places it, and gives up when a page of another one comes first.',
    fix: 'look for pages that are missing, or that were put in between',
    cites: [
      {
        function: 'ram_load_postcopy',
        text: 'Non-same host page detected on channel %d: Target host page %p, received host page %p (rb %s offset 0x%lx target_pages %d)',
        versions: '2.5 and later, in words that vary',
      },
    ],
    invariants: ['INV-203', 'INV-215', 'INV-214'],
  },
  watch({ report }) {
    return {
      channel({ name: channel, role }) {
        if (role !== 'main' && role !== 'preempt') return undefined;
        let open: { block: string; host: number; left: number } | undefined;
        let done = false;
        const take = ({ block, blocks, address, offset, length, pageSize }: PageBatch): void => {
          for (let i = 0; i < length && !done; i++) {
            const { name, pageSize: hostSize = pageSize } = blocks[block[i]!]!;
            const host = Math.floor(address[i]! / hostSize);
            if (open && (open.block !== name || open.host !== host)) {
              done = true;
              report({
                message: `page 0x${address[i]!.toString(16)} of ${name} while ${open.left} pages of the host page at 0x${(open.host * hostSize).toString(16)} of ${open.block} are missing`,
                channel,
                offset: offset[i]!,
              });
            }
            if (hostSize === pageSize) continue;
            open ??= { block: name, host, left: hostSize / pageSize };
            if (--open.left === 0) open = undefined;
          }
        };
        return {
          pages(batch) {
            if (!done && batch.postcopy && batch.blocks.some(({ pageSize }) => pageSize !== undefined)) take(batch);
          },
        };
      },
    };
  },
};
