import { hex } from '../../finding.js';
import type { Rule } from '../rule.js';

export const mappedRamPageSize: Rule = {
  meta: {
    code: 'MIG396',
    name: 'mapped-ram-page-size',
    family: 'mapped-ram',
    severity: 'error',
    what: 'the header of a block in a mapped-ram file has another page size than the guest',
    why: 'A bit of the bitmap stands for a page of the target. With another size a loader counts other pages: up to 10.2 it reads wrong ones and says nothing, later ones refuse the file.',
    fix: 'see whether the file was damaged',
    cites: [
      {
        function: 'parse_ramblock_mapped_ram',
        text: 'Migration mapped-ram header has invalid page_size %lu (expected %d)',
        versions: '11.0 and later',
      },
    ],
    follows: ['ram-mapped-header'],
    invariants: ['INV-M202'],
  },
  watch({ report }) {
    return {
      channel({ name, role }) {
        if (role !== 'main') return undefined;
        let stated: number | undefined;
        return {
          configuration({ pageBits }) {
            if (pageBits !== undefined) stated = 2 ** pageBits;
          },
          'ram-blocks': ({ blocks }) => {
            for (const { name: block, mappedRam: area } of blocks) {
              if (!area || area.pagesOffset === 0) continue;
              // Where nothing says it, the blocks still have to agree.
              stated ??= area.pageSize;
              if (area.pageSize === stated) continue;
              report({
                message: `block ${block} in pages of ${hex(area.pageSize)} bytes`,
                channel: name,
                offset: area.bitmapOffset - 24,
                length: 8,
                path: `ram > ${block} > mapped-ram header`,
                expected: hex(stated),
                found: hex(area.pageSize),
              });
            }
          },
        };
      },
    };
  },
};
