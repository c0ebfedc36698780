import type { Rule } from '../rule.js';

/** The bitmap is rounded up to words; the bits behind the last page are zero. */
export const mappedRamStrayBits: Rule = {
  meta: {
    code: 'MIG258',
    name: 'mapped-ram-stray-bits',
    family: 'mapped-ram',
    severity: 'error',
    what: 'the bitmap of a block has bits for pages behind its end',
    why: 'A destination follows every bit that is set, and gives up at a page that is not in the block.',
    fix: 'the bitmap is damaged, or was never written because the migration did not end',
    cites: [
      { function: 'read_ramblock_mapped_ram', text: 'page outside of ramblock %s range', versions: '9.0 and later' },
    ],
    invariants: ['INV-185'],
  },
  watch({ report }) {
    return {
      channel: ({ name: channel, role }) =>
        role === 'main'
          ? {
              'ram-blocks'({ blocks }) {
                for (const { name, mappedRam } of blocks) {
                  if (!mappedRam || mappedRam.strayBits === 0) continue;
                  const message = `${mappedRam.strayBits} bits behind the last page of ${name}`;
                  const { bitmapOffset: offset, bitmapSize: length } = mappedRam;
                  report({ message, channel, offset, length, path: `ram > ${name} > bitmap` });
                }
              },
            }
          : undefined,
    };
  },
};
