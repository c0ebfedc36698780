import type { Rule } from '../rule.js';

export const mappedRamStrayBits: Rule = {
  meta: {
    code: 'MIG391',
    name: 'mapped-ram-stray-bits',
    family: 'mapped-ram',
    severity: 'error',
    what: 'the bitmap of a block has bits for pages that the block does not have',
    why: 'A bit stands for a page that is stored. A loader stops at a page behind the end of its block, or, where it looks at pages of the block alone, ignores the bit.',
    fix: 'see whether the file was damaged',
    cites: [
      { function: 'read_ramblock_mapped_ram', text: 'page outside of ramblock %s range', versions: '9.0 and later' },
    ],
    follows: ['ram-mapped-header', 'truncated'],
    invariants: ['INV-M208', 'INV-M209'],
  },
  watch({ report }) {
    return {
      channel({ name, role }) {
        if (role !== 'main') return undefined;
        return {
          'ram-blocks': ({ blocks }) => {
            for (const { name: block, mappedRam: area } of blocks) {
              if (!area || area.strayBits === 0) continue;
              report({
                message: `${area.strayBits} bits behind the last page of ${block}`,
                // The word that the block ends in.
                severity: 'warning',
                channel: name,
                offset: area.bitmapOffset + area.bitmapSize - 8,
                length: 8,
                path: `ram > ${block}`,
              });
            }
          },
        };
      },
    };
  },
};
