import type { Rule } from '../rule.js';

/** Numbers are given in the order of sending over all channels, so those of a generation are above those of all before it. */
export const packetOutsideGeneration: Rule = {
  meta: {
    code: 'MIG311',
    name: 'packet-outside-generation',
    family: 'multifd',
    severity: 'warning',
    what: 'a multifd packet lies behind a SYNC of its channel, but was sent before the SYNC of another',
    why: 'A source gives all packets of a generation their numbers before those of the next. A packet on the wrong side of a SYNC can be applied before or after pages that it should not, and nothing on the destination notices.',
    fix: 'see that the channels are of one migration and that no packet was moved, lost or sent twice on the way',
    cites: [{ function: 'multifd_send_sync_main', versions: '4.0 and later' }],
    follows: ['truncated', 'sync-count', 'multifd-magic', 'multifd-channel-missing'],
    invariants: ['INV-M087'],
  },
  watch({ report }) {
    interface Highest {
      num: bigint;
      channel: string;
      offset: number;
    }
    /** The highest number of this generation, and of all before it. */
    let now: Highest | undefined;
    let before: Highest | undefined;
    let generation = 0;
    let reported = -1;
    return {
      channel({ name, role }) {
        if (role !== 'multifd') return undefined;
        return {
          packet({ packetNum: num, offset, length, twin, generation: own }) {
            if (twin || own < generation) return;
            if (own > generation) {
              generation = own;
              if (!before || (now && now.num > before.num)) before = now;
              now = undefined;
            }
            if (!now || num > now.num) now = { num, channel: name, offset };
            if (!before || num > before.num || reported === generation) return;
            reported = generation;
            report({
              message: `packet ${num} in generation ${generation}, when packet ${before.num} was in one before it`,
              channel: name,
              offset,
              length,
              expected: `above ${before.num}`,
              found: `${num}`,
              related: [{ message: `packet ${before.num}`, channel: before.channel, offset: before.offset }],
            });
          },
        };
      },
    };
  },
};
