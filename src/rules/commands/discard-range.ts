import { MIG_CMD_POSTCOPY_RAM_DISCARD } from '../../wire/command.js';
import type { Rule } from '../rule.js';

/** What is discarded are whole pages of a block that is there. */
export const discardRange: Rule = {
  meta: {
    code: 'MIG234',
    name: 'discard-range',
    family: 'commands',
    severity: 'error',
    what: 'RAM_DISCARD names memory that the destination does not have',
    why: 'A destination gives the ranges back to the host in whole pages of the block and gives up where it cannot.',
    fix: 'the payload of the command is damaged',
    cites: [
      {
        function: 'ram_discard_range',
        text: "ram_discard_range: Failed to find block '%s'",
        versions: '2.5 and later',
      },
      {
        function: 'ram_block_discard_range',
        text: 'ram_block_discard_range: Unaligned start address: %p',
        versions: '2.5 and later',
      },
      {
        function: 'ram_block_discard_range',
        text: 'ram_block_discard_range: Unaligned length: %zx',
        versions: '2.5 and later',
      },
      {
        function: 'ram_block_discard_range',
        text: "ram_block_discard_range: Overrun block '%s' (%lu/%zx/%lx)",
        versions: '2.5 and later',
      },
    ],
    follows: ['postcopy-order'],
    invariants: ['INV-113', 'INV-114'],
  },
  watch({ facts, report }) {
    const [unknown, start, size, overrun] = discardRange.meta.cites;
    return {
      channel: ({ name: channel, role }) =>
        role === 'main'
          ? {
              command({ code, offset, length, payload: { block, ranges = [] } }) {
                if (code !== MIG_CMD_POSTCOPY_RAM_DISCARD || block === undefined || facts.blocks.size === 0) return;
                const say = (message: string, cite = unknown!): void =>
                  report({ message: `RAM_DISCARD ${message}`, channel, offset, length, path: `ram > ${block}`, cite });
                const known = facts.blocks.get(block);
                if (!known) {
                  say(`for block ${block}, which no list declares`);
                  return;
                }
                const page = BigInt(known.pageSize ?? facts.anyPageSize ?? 1);
                for (const [from, bytes] of ranges) {
                  const range = `of 0x${bytes.toString(16)} bytes at 0x${from.toString(16)} of ${block}`;
                  if (from + bytes > BigInt(known.usedLength))
                    say(`${range}, which has 0x${known.usedLength.toString(16)}`, overrun!);
                  else if (from % page !== 0n)
                    say(`${range}: not the start of a page of 0x${page.toString(16)}`, start!);
                  else if (bytes % page !== 0n) say(`${range}: not whole pages of 0x${page.toString(16)}`, size!);
                }
              },
            }
          : undefined,
    };
  },
};
