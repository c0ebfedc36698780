import type { Rule } from '../rule.js';

/** Since 10.0 a source says when it has stopped the guest. */
export const switchoverStartMissing: Rule = {
  meta: {
    code: 'MIG237',
    name: 'switchover-start-missing',
    family: 'commands',
    severity: 'info',
    what: 'SWITCHOVER_START is missing although the machine type has it',
    why: 'A destination does not ask for it, but devices that wait for it, as VFIO with its state on multifd channels, wait for ever.',
    fix: 'nothing, for a snapshot or a source with send-switchover-start=off; else find out where the command went',
    cites: [{ function: 'qemu_loadvm_state_switchover_start', versions: '10.0 and later' }],
    invariants: ['INV-129'],
  },
  watch({ facts, report }) {
    return {
      channel: ({ name: channel, role }) =>
        role === 'main'
          ? {
              'section-start'({ section, offset, idstr }) {
                if (section !== 'end' || idstr !== 'ram' || facts.ramEnded || facts.colo) return;
                if (facts.switchovers.length > 0 || !facts.machineSince('10.0')) return;
                report({
                  message: `RAM ends without SWITCHOVER_START before it, on machine type ${facts.machine!}`,
                  channel,
                  offset,
                });
              },
            }
          : undefined,
    };
  },
};
