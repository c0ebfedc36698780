import { MULTIFD_OFFSETS_AT } from '../../wire/multifd.js';
import type { Rule } from '../rule.js';

/** Bytes without a meaning are zero; up to 9.1 the name and the offsets of a packet before may be left in the header. */
export const unusedBytes: Rule = {
  meta: {
    code: 'MIG319',
    name: 'unused-bytes',
    family: 'multifd',
    severity: 'warning',
    what: 'a multifd header has bytes where its writer puts zeros',
    why: 'A destination does not look at them, but no release writes them: they come from damage, or from a change to the format that this destination does not know.',
    fix: 'see whether the channel was damaged; with a QEMU of your own, see what it writes there',
    cites: [
      { function: 'multifd_send_initial_packet', versions: '4.0 and later' },
      { function: 'multifd_send_fill_packet', versions: '4.0 and later' },
    ],
    follows: ['multifd-magic', 'packet-number', 'empty-packet'],
    invariants: ['INV-M028', 'INV-M034', 'INV-M046', 'INV-M047'],
  },
  watch({ report }) {
    return {
      channel({ name, role }) {
        if (role !== 'multifd') return undefined;
        /** Since 9.2 the whole header is cleared first: SYNC packets without pages show it by a pages_alloc of 0. */
        let cleared = false;
        return {
          'multifd-init': ({ unused, offset, length }) => {
            if (unused) report({ message: 'bytes behind the id are not zero', channel: name, offset, length });
          },
          packet({ unused, leftover, pagesAlloc, normalPages, zeroPages, packetNum, offset, length }) {
            const at = { channel: name, offset, length };
            const pages = normalPages + zeroPages;
            if (pages === 0 && pagesAlloc === 0) cleared = true;
            if (unused) report({ message: `reserved words of packet ${packetNum} are not zero`, ...at });
            if (cleared && leftover) {
              const what = pages === 0 ? 'a name or offsets, but no pages' : `entries behind its ${pages} pages`;
              report({ message: `packet ${packetNum} has ${what}`, ...at });
            }
            const room = (length - MULTIFD_OFFSETS_AT) / 8;
            if (pages === 0 || pagesAlloc === room) return;
            const message = `packet ${packetNum} has room for ${pagesAlloc} pages`;
            report({ message, ...at, expected: `${room}`, found: `${pagesAlloc}` });
          },
        };
      },
    };
  },
};
