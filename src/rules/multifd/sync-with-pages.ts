import type { EventOf } from '../../stream/events.js';
import type { Rule } from '../rule.js';

/** Up to 8.2 a SYNC can be merged with the pages that wait on a channel; an empty packet with the same number, the twin, follows it. */
export const syncWithPages: Rule = {
  meta: {
    code: 'MIG316',
    name: 'sync-with-pages',
    family: 'multifd',
    severity: 'warning',
    what: 'a SYNC packet carries pages or a compression method where its writer would not make it so',
    why: 'Since 9.0 a SYNC packet has nothing but its flag and number. Up to 8.2 it can have pages, and then a twin follows; a destination takes the pages first. Only 9.2.0 does not read them and takes them for the next packet.',
    fix: 'send to 9.2.1 or later; if the source is 9.0 or later, the packet was damaged',
    cites: [
      { function: 'multifd_send_thread', versions: '4.0 and later' },
      {
        function: 'multifd_recv_unfill_packet',
        text: 'multifd: received packet magic %x, expected %x',
        versions: '9.2.0',
      },
    ],
    invariants: ['INV-M050', 'INV-M051'],
  },
  watch({ facts, report }) {
    const losesPages = facts.target.version === '9.2' || facts.target.version === '9.2.0';
    return {
      channel({ name, role }) {
        if (role !== 'multifd') return undefined;
        let lost = false;
        /** A SYNC with pages whose twin has to follow. */
        let merged: EventOf<'packet'> | undefined;
        return {
          packet(packet) {
            const { sync, flags, offset, length, normalPages, zeroPages, twin } = packet;
            const at = { channel: name, offset, length };
            if (merged && !twin) {
              const { packetNum, offset: before } = merged;
              report({
                message: `no empty packet ${packetNum} behind the SYNC with that number and pages`,
                ...at,
                related: [{ message: 'the SYNC', channel: name, offset: before }],
              });
            }
            merged = undefined;
            if (!sync) return;
            const pages = normalPages + zeroPages;
            if (pages === 0) {
              if (flags === 1) return;
              report({ message: `SYNC without pages with method ${packet.method}`, ...at, expected: '0x1' });
            } else if (facts.machineSince('9.0') || zeroPages > 0) {
              report({ message: `SYNC with ${pages} pages from a source that is 9.0 or later`, ...at });
            } else {
              merged = packet;
              if (!losesPages || lost) return;
              lost = true;
              const cite = syncWithPages.meta.cites[1]!;
              report({
                message: `SYNC with ${pages} pages, which 9.2.0 does not read`,
                severity: 'error',
                cite,
                ...at,
              });
            }
          },
        };
      },
    };
  },
};
