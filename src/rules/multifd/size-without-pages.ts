import type { Rule } from '../rule.js';

/** Methods whose receivers look at the size of a packet that has no normal pages. They exist since the size is reset. */
const STRICT = new Set(['qpl', 'uadk', 'qatzip']);

/** Up to 8.1 the size of the packet before is left over in packets without pages; nothing follows them all the same. */
export const sizeWithoutPages: Rule = {
  meta: {
    code: 'MIG320',
    name: 'size-without-pages',
    family: 'multifd',
    severity: 'warning',
    what: 'a multifd packet without normal pages names a payload',
    why: 'No payload follows such a packet, whatever it says. Up to 8.1 the size of an earlier packet is left over; later ones write 0, and receivers of QPL, UADK and QATzip refuse anything else or abort.',
    fix: 'see whether the counts of the packet were damaged',
    cites: [
      {
        function: 'multifd_qpl_recv and its like',
        text: 'multifd %u: expected empty packet',
        versions: '10.0.13, 11.1; an assertion in 9.1 to 10.2',
      },
    ],
    follows: ['multifd-magic', 'empty-packet'],
    invariants: ['INV-M053'],
  },
  watch({ report }) {
    return {
      channel({ name, role }) {
        if (role !== 'multifd') return undefined;
        let cleared = false;
        return {
          packet({ nextPacketSize, normalPages, zeroPages, pagesAlloc, method, packetNum, offset }) {
            if (normalPages > 0) return;
            if (zeroPages === 0 && pagesAlloc === 0) cleared = true;
            const strict = STRICT.has(method);
            if (nextPacketSize === 0 || (!strict && !cleared && zeroPages === 0)) return;
            report({
              message: `packet ${packetNum} without normal pages names a payload of ${nextPacketSize} bytes`,
              severity: strict ? 'error' : 'warning',
              channel: name,
              offset: offset + 20,
              length: 4,
              expected: '0',
              found: `${nextPacketSize}`,
            });
          },
        };
      },
    };
  },
};
