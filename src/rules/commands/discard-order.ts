import { MIG_CMD_POSTCOPY_RAM_DISCARD } from '../../wire/command.js';
import type { Rule } from '../rule.js';

/** `MAX_DISCARDS_PER_COMMAND` (migration/postcopy-ram.c). */
const MAX_RANGES = 12;

/** A source walks its bitmap once, block after block. */
export const discardOrder: Rule = {
  meta: {
    code: 'MIG235',
    name: 'discard-order',
    family: 'commands',
    severity: 'warning',
    what: 'the ranges of RAM_DISCARD overlap, go backwards, or are more than sources put into one command',
    why: 'A destination discards what it is told in any order. Sources name ascending ranges that are apart, twelve at most in a command.',
    fix: 'look for what wrote the stream, or damaged the payload',
    cites: [{ function: 'postcopy_discard_send_range', versions: '2.5 and later' }],
    invariants: ['INV-115'],
  },
  watch({ report }) {
    const ends = new Map<string, bigint>();
    return {
      channel: ({ name: channel, role }) =>
        role === 'main'
          ? {
              command({ code, offset, length, payload: { block, ranges = [] } }) {
                if (code !== MIG_CMD_POSTCOPY_RAM_DISCARD || block === undefined) return;
                let end = ends.get(block) ?? 0n;
                const back = ranges.find(([from, bytes]) => {
                  if (from < end) return true;
                  end = from + bytes;
                  return false;
                });
                ends.set(block, end);
                if (back) {
                  const message = `range at 0x${back[0].toString(16)} of ${block} behind one that ends at 0x${end.toString(16)}`;
                  report({ message, channel, offset, length, path: `ram > ${block}` });
                } else if (ranges.length > MAX_RANGES) {
                  const message = `${ranges.length} ranges of ${block} in one RAM_DISCARD`;
                  report({ message, channel, offset, length, expected: `at most ${MAX_RANGES}` });
                }
              },
            }
          : undefined,
    };
  },
};
