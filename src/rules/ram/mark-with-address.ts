import { hex } from '../../finding.js';
import type { Rule } from '../rule.js';

/** The words of marks are nothing but their flag. */
export const markWithAddress: Rule = {
  meta: {
    code: 'MIG385',
    name: 'mark-with-address',
    family: 'ram',
    severity: 'warning',
    what: 'MULTIFD_FLUSH, HOOK or EOS has an address',
    why: 'These records are a flag alone. A destination ignores the rest of the word, so that a page record whose flags were damaged passes for one of them.',
    fix: 'see whether the stream was damaged here',
    cites: [{ function: 'ram_load_precopy', versions: 'all' }],
    follows: ['section-footer', 'unknown-section-type'],
    invariants: ['INV-M085'],
  },
  watch({ report }) {
    return {
      channel({ name, role }) {
        if (role === 'multifd' || role === 'return-path') return undefined;
        return {
          'ram-mark': ({ name: mark, address, offset, flags }) => {
            if (address === undefined) return;
            const word = hex(address + flags);
            report({ message: `${mark} at address ${hex(address)}`, channel: name, offset, length: 8, found: word });
          },
        };
      },
    };
  },
};
