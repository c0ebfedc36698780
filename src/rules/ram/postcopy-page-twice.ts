import { hex } from '../../finding.js';
import { MIG_CMD_POSTCOPY_RAM_DISCARD } from '../../wire/command.js';
import { POSTCOPY_NONE } from '../facts.js';
import { eachBlock, PageSets } from '../page-sets.js';
import type { Rule } from '../rule.js';

/** A destination can put a page into its place once: when it is missing there. */
export const postcopyPageTwice: Rule = {
  meta: {
    code: 'MIG381',
    name: 'postcopy-page-twice',
    family: 'ram',
    severity: 'error',
    what: 'a page comes twice after the switch to postcopy, or came before and was not discarded',
    why: 'After the switch a destination puts each page into its place exactly once, and only where none is: one that is there already is an error, and postcopy stops.',
    fix: 'see that main channel and preempt channel are of one migration; otherwise it is a fault of the source',
    cites: [
      {
        function: 'postcopy_place_page',
        text: '%s: %s copy host: %p from: %p (size: %zd)',
        versions: '2.5 and later, in words that vary',
      },
    ],
    follows: ['truncated', 'command-payload', 'ram-flags', 'unknown-section-type', 'section-footer'],
    invariants: ['INV-M149'],
  },
  watch({ facts, report }) {
    const before = new PageSets(false);
    const since = new PageSets(false);
    let first: { channel: string; offset: number; page: string; how: string } | undefined;
    let count = 0;
    let recovered = false;
    return {
      channel({ name, role }) {
        // After a lost connection a source sends again what may have been lost.
        if (role === 'recovery-main') recovered = true;
        if (role === 'return-path' || role === 'cpr') return undefined;
        return {
          command({ code, payload: { block, ranges } }) {
            const { pageSize } = facts;
            if (code !== MIG_CMD_POSTCOPY_RAM_DISCARD || block === undefined || !ranges || pageSize === undefined)
              return;
            const pages = before.of(block);
            for (const [start, length] of ranges) {
              const from = Number(start) / pageSize;
              for (const page of pages.take(from, from + Number(length) / pageSize)) pages.clear(page);
            }
          },
          pages(batch) {
            if (facts.postcopyState === POSTCOPY_NONE || recovered) return;
            const { address, offset, pageSize, postcopy } = batch;
            eachBlock(batch, ({ name: block }, from, to) => {
              const earlier = before.of(block);
              if (!postcopy) {
                for (let i = from; i < to; i++) earlier.set(address[i]! / pageSize);
                return;
              }
              const now = since.of(block);
              for (let i = from; i < to; i++) {
                const page = address[i]! / pageSize;
                const twice = now.has(page);
                if (twice || earlier.has(page)) {
                  const how = twice ? 'comes twice in postcopy' : 'comes in postcopy, but was not discarded';
                  first ??= { channel: name, offset: offset[i]!, page: `page ${hex(address[i]!)} of ${block}`, how };
                  count++;
                }
                now.set(page);
              }
            });
          },
        };
      },
      end() {
        if (!first || recovered) return;
        const { page, how, ...place } = first;
        const more = count > 1 ? ` (and ${count - 1} more)` : '';
        report({ message: `${page} ${how}${more}`, ...place });
      },
    };
  },
};
