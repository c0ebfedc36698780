import type { PageBatch } from '../../stream/page-batch.js';
import type { Rule } from '../rule.js';

/** A source names the block of the first page of each phase. */
export const blockNameMissing: Rule = {
  meta: {
    code: 'MIG253',
    name: 'block-name-missing',
    family: 'ram',
    severity: 'warning',
    what: 'the first page behind the switch to postcopy, or of a recovery, does not name its block',
    why: 'A destination takes the block of the page before, whichever that was; sources begin each phase with a name.',
    fix: 'look for pages that are missing before this one',
    cites: [{ function: 'ram_block_from_stream', versions: '2.5 and later' }],
    invariants: ['INV-213', 'INV-270'],
  },
  watch({ report }) {
    return {
      channel({ name: channel, role }) {
        if (role !== 'main') return undefined;
        let done = false;
        return {
          pages(batch) {
            if (done || !batch.postcopy || batch.length === 0) return;
            done = true;
            if (namesBlock(batch)) return;
            const { name } = batch.blocks[batch.block[0]!]!;
            report({
              message: `a page of ${name} that does not name its block`,
              channel,
              offset: batch.offset[0]!,
              length: 8,
            });
          },
        };
      },
    };
  },
};

/** True when the name of its block stands before the body of the first record. */
function namesBlock({ window, start, block, blocks }: PageBatch): boolean {
  const name = Buffer.from(blocks[block[0]!]!.name);
  const at = start[0]! - name.length;
  return at > 0 && window[at - 1] === name.length && name.compare(window, at, start[0]) === 0;
}
