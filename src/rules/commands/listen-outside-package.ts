import { commandName, MIG_CMD_POSTCOPY_LISTEN, MIG_CMD_POSTCOPY_RUN } from '../../wire/command.js';
import type { Rule } from '../rule.js';

/** The device state is handed over in one piece, so that the connection is free for pages. */
export const listenOutsidePackage: Rule = {
  meta: {
    code: 'MIG230',
    name: 'listen-outside-package',
    family: 'commands',
    severity: 'error',
    what: 'LISTEN or RUN stands outside the package',
    why: 'LISTEN starts a thread that reads pages from the connection. When the device state comes from there as well, two threads read one stream and neither sees all of it.',
    fix: 'the command PACKAGED before it is lost or damaged',
    cites: [{ function: 'loadvm_postcopy_handle_listen', versions: '2.5 and later' }],
    invariants: ['INV-117', 'INV-268'],
  },
  watch({ facts, report }) {
    return {
      channel: ({ name: channel, role }) =>
        role === 'main'
          ? {
              command({ code, offset, length, packaged }) {
                if (packaged || (code !== MIG_CMD_POSTCOPY_LISTEN && code !== MIG_CMD_POSTCOPY_RUN)) return;
                // Without ADVISE it is refused for that, whose rule says so.
                if (!facts.postcopyAdvised) return;
                report({ message: `${commandName(code)} outside a package`, channel, offset, length });
              },
            }
          : undefined,
    };
  },
};
