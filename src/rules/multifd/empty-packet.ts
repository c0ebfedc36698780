import type { Rule } from '../rule.js';

/** Only a SYNC and, up to 8.2, the twin of a SYNC with pages have no pages. */
export const emptyPacket: Rule = {
  meta: {
    code: 'MIG317',
    name: 'empty-packet',
    family: 'multifd',
    severity: 'warning',
    what: 'a multifd packet has no pages, is no SYNC and no twin of one',
    why: 'A source sends a packet when it has pages or has to sync. A destination accepts an empty one, so that pages which were lost from it are not missed.',
    fix: 'see whether the counts of the packet were damaged',
    cites: [{ function: 'multifd_send_thread', versions: '4.0 and later' }],
    follows: ['multifd-magic'],
    invariants: ['INV-M090'],
  },
  watch({ report }) {
    return {
      channel({ name, role }) {
        if (role !== 'multifd') return undefined;
        return {
          packet({ sync, twin, normalPages, zeroPages, packetNum, offset, length }) {
            if (sync || twin || normalPages + zeroPages > 0) return;
            report({ message: `packet ${packetNum} has no pages and is no SYNC`, channel: name, offset, length });
          },
        };
      },
    };
  },
};
