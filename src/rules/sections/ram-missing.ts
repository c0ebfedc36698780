import type { Rule } from '../rule.js';

/** Only the device state of Xen goes without RAM, and that has no configuration section. */
export const ramMissing: Rule = {
  meta: {
    code: 'MIG219',
    name: 'ram-missing',
    family: 'sections',
    severity: 'error',
    what: 'the stream has device state and no RAM',
    why: 'A destination does not miss it: the guest goes on in memory that is empty.',
    fix: 'find out where the RAM section went; the state of xen-save-devices-state, which has none, has no configuration section either',
    cites: [{ function: 'qemu_loadvm_state_main', versions: 'all' }],
    follows: ['unknown-iterable', 'section-name-empty'],
    invariants: ['INV-057'],
  },
  watch({ facts, report }) {
    return {
      channel: ({ name: channel, role }) =>
        role === 'main'
          ? {
              eof({ offset, packaged }) {
                if (packaged || facts.ramStarted || facts.machine === undefined || facts.fulls.length === 0) return;
                if (facts.ramPart || facts.ramEnded) return;
                report({ message: 'no RAM section before EOF', channel, offset, length: 1 });
              },
            }
          : undefined,
    };
  },
};
