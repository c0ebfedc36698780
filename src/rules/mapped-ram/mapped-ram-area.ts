import { hex } from '../../finding.js';
import type { MappedRamArea } from '../../stream/events.js';
import type { Rule } from '../rule.js';

/** `MAPPED_RAM_FILE_OFFSET_ALIGNMENT` (migration/ram.c). */
const ALIGNMENT = 0x10_0000;

/** Bitmap right behind the header, pages at the next MiB of the file, the next block behind them. */
export const mappedRamArea: Rule = {
  meta: {
    code: 'MIG390',
    name: 'mapped-ram-area',
    family: 'mapped-ram',
    severity: 'warning',
    what: 'the place of a block in a mapped-ram file is not where the writer puts it',
    why: 'The writer places block behind block: the bitmap behind its header, the pages at the next MiB of the file. A loader goes by the offsets whatever they are; where they count from another place than those of the block before, or places overlap, it reads the pages of others.',
    fix: 'do not cut or move a mapped-ram file: its offsets count from the first byte of the file that QEMU wrote',
    cites: [
      { function: 'mapped_ram_setup_ramblock', versions: '9.0 and later' },
      { function: 'parse_ramblock_mapped_ram', versions: '9.0 and later' },
    ],
    follows: ['ram-mapped-header', 'truncated'],
    invariants: ['INV-M204', 'INV-M205', 'INV-M212'],
  },
  watch({ report }) {
    return {
      channel({ name, role }) {
        if (role !== 'main') return undefined;
        return {
          'ram-blocks': ({ blocks }) => {
            let before: { block: string; area: MappedRamArea } | undefined;
            for (const { name: block, mappedRam: area } of blocks) {
              if (!area || area.pagesOffset === 0) continue;
              const at = { channel: name, offset: area.bitmapOffset, path: `ram > ${block}` };
              if (before && area.fileStart !== before.area.fileStart) {
                report({
                  message: `offsets of ${block} count from ${hex(area.fileStart)}, those of ${before.block} from ${hex(before.area.fileStart)}`,
                  severity: 'error',
                  cite: mappedRamArea.meta.cites[1]!,
                  ...at,
                });
              }
              before = { block, area };
              const end = area.bitmapOffset + area.bitmapSize - area.fileStart;
              const expected = Math.ceil(end / ALIGNMENT) * ALIGNMENT;
              const found = area.pagesOffset - area.fileStart;
              if (found === expected) continue;
              const message = `pages of ${block} at ${hex(found)} of the file`;
              report({ message, ...at, expected: hex(expected), found: hex(found) });
            }
          },
        };
      },
    };
  },
};
