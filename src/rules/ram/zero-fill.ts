import { PAGE_ZERO } from '../../stream/page-batch.js';
import type { Rule } from '../rule.js';

/** A ZERO record has a fill byte, of old times. */
export const zeroFill: Rule = {
  meta: {
    code: 'MIG246',
    name: 'zero-fill',
    family: 'ram',
    severity: 'error',
    what: 'a ZERO record has a fill byte that is not 0',
    why: 'Since 8.2 a destination refuses it; older ones fill the page with the byte. Sources have sent only 0 since 1.5.',
    fix: 'the record is damaged; a stream of QEMU 1.4 or older needs a destination below 8.2',
    cites: [{ function: 'ram_load_precopy', text: 'Found a zero page with value %d', versions: '8.2 and later' }],
    invariants: ['INV-155', 'INV-M145'],
  },
  watch({ facts, report }) {
    return {
      channel: ({ name: channel, role }) =>
        role === 'main' || role === 'recovery-main' || role === 'preempt'
          ? {
              pages(batch) {
                if (!batch.filled) return;
                const { kind, size, start, window, offset, address, block, blocks, length } = batch;
                for (let i = 0; i < length; i++) {
                  if (kind[i] !== PAGE_ZERO || size[i] === 0 || window[start[i]!] === 0) continue;
                  const { name } = blocks[block[i]!]!;
                  const fill = `0x${window[start[i]!]!.toString(16)}`;
                  report({
                    message: `page 0x${address[i]!.toString(16)} of ${name} is filled with ${fill}`,
                    channel,
                    offset: offset[i]!,
                    path: `ram > ${name}`,
                    expected: '0x0',
                    found: fill,
                    ...(!facts.destinationSince('8.2') && { severity: 'warning' as const }),
                  });
                }
              },
            }
          : undefined,
    };
  },
};
