import type { Rule } from '../rule.js';

/** The writer fills the bitmaps in when it has written all pages. */
export const mappedRamBitmapEmpty: Rule = {
  meta: {
    code: 'MIG392',
    name: 'mapped-ram-bitmap-empty',
    family: 'mapped-ram',
    severity: 'error',
    what: 'the bitmaps of a mapped-ram file say that no page is stored',
    why: 'Bits are written when all pages are; until then they are all zero. Such a file loads as a guest whose RAM is all zeros, whatever lies in the page areas.',
    fix: 'save again; the pages are still in the file, but which of them are current is not',
    cites: [{ function: 'ram_save_file_bmap', versions: '9.0 and later' }],
    invariants: ['INV-M210'],
  },
  watch({ report }) {
    return {
      channel({ name, role }) {
        if (role !== 'main') return undefined;
        return {
          'ram-blocks': ({ blocks }) => {
            const areas = blocks.flatMap(({ mappedRam }) => (mappedRam && mappedRam.pagesOffset > 0 ? mappedRam : []));
            if (areas.length === 0 || areas.some(({ normalPages }) => normalPages > 0)) return;
            report({
              message: `no bit is set in the bitmaps of ${areas.length} blocks`,
              channel: name,
              offset: areas[0]!.bitmapOffset,
              length: areas[0]!.bitmapSize,
            });
          },
        };
      },
    };
  },
};
