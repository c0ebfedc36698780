import type { Rule } from '../rule.js';

/** The summary is the OR of the page sizes of all blocks. */
export const advisePageSizes: Rule = {
  meta: {
    code: 'MIG236',
    name: 'advise-page-sizes',
    family: 'commands',
    severity: 'error',
    what: 'the page sizes in ADVISE are not those of the blocks',
    why: 'A destination makes the same sum over its blocks and gives up when it is another one.',
    fix: 'ADVISE or the block list is damaged',
    cites: [
      {
        function: 'loadvm_postcopy_handle_advise',
        text: 'Postcopy needs matching RAM page sizes (s=%x d=%x)',
        versions: '2.5 and later',
      },
    ],
    invariants: ['INV-107', 'INV-160'],
  },
  watch({ facts, report }) {
    let advise: { channel: string; offset: number; length: number; summary: bigint; page: number } | undefined;
    return {
      channel: ({ name: channel, role }) =>
        role === 'main'
          ? {
              command({ offset, length, payload: { pageSizeSummary, targetPageSize } }) {
                if (pageSizeSummary !== undefined && targetPageSize !== undefined)
                  advise ??= { channel, offset, length, summary: pageSizeSummary, page: targetPageSize };
              },
            }
          : undefined,
      end() {
        if (!advise) return;
        const { summary, page, ...place } = advise;
        let message: string | undefined;
        if (summary < BigInt(page))
          message = `ADVISE sums page sizes up to 0x${summary.toString(16)}, below a target page`;
        for (const { name, pageSize } of facts.blocks.values())
          if (pageSize !== undefined && (summary & BigInt(pageSize)) === 0n)
            message ??= `block ${name} has pages of 0x${pageSize.toString(16)}, which the 0x${summary.toString(16)} of ADVISE does not have`;
        if (message !== undefined) report({ message, ...place });
      },
    };
  },
};
