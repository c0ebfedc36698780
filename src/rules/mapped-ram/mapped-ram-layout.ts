import type { RamBlock } from '../../stream/events.js';
import type { Rule } from '../rule.js';

/** `MAPPED_RAM_FILE_OFFSET_ALIGNMENT` (migration/ram.c). */
const ALIGNMENT = 0x10_0000;

/** All offsets count from the start of one file. */
export const mappedRamLayout: Rule = {
  meta: {
    code: 'MIG257',
    name: 'mapped-ram-layout',
    family: 'mapped-ram',
    severity: 'error',
    what: 'the places of the blocks in the file do not fit together',
    why: 'A destination reads bitmap and pages from where the header says, without a look at what stands there.',
    fix: 'an offset in a mapped-ram header is damaged, or parts of two files are joined',
    cites: [
      { function: 'parse_ramblock_mapped_ram', versions: '9.0 and later' },
      {
        function: 'parse_ramblock_mapped_ram',
        text: 'Migration mapped-ram header has invalid page_size %lu (expected %d)',
        versions: '11.0 and later',
      },
    ],
    invariants: ['INV-187', 'INV-189', 'INV-276'],
  },
  watch({ report }) {
    const [places, sizes] = mappedRamLayout.meta.cites;
    return {
      channel: ({ name: channel, role }) =>
        role === 'main'
          ? {
              'ram-blocks'({ blocks, offset }) {
                const placed = blocks.filter(({ mappedRam }) => mappedRam && mappedRam.pagesOffset > 0);
                const [first] = placed;
                for (const block of placed) {
                  const fault = faultOf(block, first!);
                  if (!fault) continue;
                  report({
                    message: `block ${block.name} ${fault.message}`,
                    channel,
                    offset: block.mappedRam!.bitmapOffset,
                    path: `ram > ${block.name} > mapped-ram header`,
                    cite: fault.size ? sizes! : places!,
                    ...(fault.unaligned && { severity: 'warning' as const }),
                    related: [{ message: 'the block list', channel, offset }],
                  });
                }
              },
            }
          : undefined,
    };
  },
};

function faultOf(
  { mappedRam, usedLength }: RamBlock,
  first: RamBlock,
): { readonly message: string; readonly size?: true; readonly unaligned?: true } | undefined {
  const area = mappedRam!;
  const of = first.mappedRam!;
  if (area.pageSize !== of.pageSize)
    return {
      message: `has pages of 0x${area.pageSize.toString(16)}, ${first.name} of 0x${of.pageSize.toString(16)}`,
      size: true,
    };
  if (area.fileStart !== of.fileStart)
    return {
      message: `counts its offsets from byte ${area.fileStart}, ${first.name} from byte ${of.fileStart}`,
    };
  if ((area.pagesOffset - area.fileStart) % ALIGNMENT !== 0 && usedLength > 0)
    return {
      message: `has its pages at 0x${(area.pagesOffset - area.fileStart).toString(16)}, not at a multiple of 1 MiB`,
      unaligned: true,
    };
  return undefined;
}
