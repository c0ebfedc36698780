import { MIG_CMD_SWITCHOVER_START } from '../../wire/command.js';
import type { Rule } from '../rule.js';

/** The command starts the threads that load packets. */
export const devicePacketsWithoutSwitchover: Rule = {
  meta: {
    code: 'MIG344',
    name: 'device-packets-without-switchover',
    family: 'device-state',
    severity: 'error',
    what: 'devices send packets of state, but the main channel has no SWITCHOVER_START',
    why: 'SWITCHOVER_START tells a destination to load the packets of devices. Without it they are stored and never loaded, and the guest runs with devices that were reset. Machine types up to 9.2 do not send it, and then devices must not send packets.',
    fix: 'leave send-switchover-start on, or x-migration-multifd-transfer off',
    cites: [{ function: 'loadvm_postcopy_handle_switchover_start', versions: '10.0 and later' }],
    follows: ['truncated', 'capture-main', 'unknown-section-type', 'section-footer'],
    invariants: ['INV-M123', 'INV-M133'],
  },
  watch({ facts, report }) {
    let started = false;
    let main: { channel: string; offset: number } | undefined;
    let first: { channel: string; offset: number } | undefined;
    return {
      channel({ name, role }) {
        if (role === 'main') {
          return {
            command({ code }) {
              if (code === MIG_CMD_SWITCHOVER_START) started = true;
            },
            'section-start': ({ section, offset }) => {
              if (section === 'end') main ??= { channel: name, offset };
            },
          };
        }
        if (role !== 'multifd') return undefined;
        return {
          'device-packet': ({ offset }) => {
            first ??= { channel: name, offset };
          },
        };
      },
      end() {
        if (!first || !facts.ended) return;
        const related = [{ message: 'the first packet', ...first }];
        if (!started) {
          report({ message: 'no SWITCHOVER_START, and packets of device state', ...(main ?? first), related });
        } else if (facts.machineUntil('9.2')) {
          report({
            message: `packets of device state with machine type ${facts.machine}`,
            ...first,
            severity: 'warning',
            expected: 'state on the main channel',
          });
        }
      },
    };
  },
};
