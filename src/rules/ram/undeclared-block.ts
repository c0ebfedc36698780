import type { Rule } from '../rule.js';

/** Pages go to blocks that the source has listed. */
export const undeclaredBlock: Rule = {
  meta: {
    code: 'MIG243',
    name: 'undeclared-block',
    family: 'ram',
    severity: 'error',
    what: 'a page is for a block that the block list does not name',
    why: 'A destination looks the block up by name. The list is what the source has; a name that is not in it is one that no destination of the same configuration has.',
    fix: 'the name is damaged, here or in the list, or decoding lost its place before this record',
    cites: [
      { function: 'ram_block_from_stream', text: "Can't find block %s", versions: 'all' },
      { function: 'ram_block_from_stream', text: 'block %s should not be migrated !', versions: '2.12 and later' },
    ],
    invariants: ['INV-152', 'INV-165', 'INV-M141'],
  },
  watch({ facts, report }) {
    const odd: { channel: string; offset: number; block: string }[] = [];
    return {
      channel({ name: channel, role }) {
        if (role !== 'main') return undefined;
        let checked = 0;
        return {
          pages({ blocks, block, offset, length }) {
            // Blocks get a number when they are first named.
            for (; checked < blocks.length && odd.length < 20; checked++) {
              if (blocks[checked]!.declared) continue;
              const at = block.subarray(0, length).indexOf(checked);
              if (at >= 0) odd.push({ channel, offset: offset[at]!, block: blocks[checked]!.name });
            }
          },
        };
      },
      end() {
        for (const { block, ...place } of odd) {
          const late = facts.blocks.has(block);
          const name = block === '' ? 'without a name' : block;
          report({
            message: late
              ? `a page of block ${name} before the block list`
              : `a page of block ${name}, which no list declares`,
            ...place,
            length: 8,
            path: `ram > ${block}`,
            ...(late && { severity: 'warning' as const }),
          });
        }
      },
    };
  },
};
