import {
  commandName,
  MIG_CMD_PACKAGED,
  MIG_CMD_POSTCOPY_ADVISE,
  MIG_CMD_POSTCOPY_RAM_DISCARD,
  MIG_CMD_RECV_BITMAP,
} from '../../wire/command.js';
import type { Rule } from '../rule.js';

const OUTER = new Set([MIG_CMD_POSTCOPY_ADVISE, MIG_CMD_POSTCOPY_RAM_DISCARD, MIG_CMD_PACKAGED, MIG_CMD_RECV_BITMAP]);

/** Some commands read their payload from the connection, even inside a package. */
export const packageContents: Rule = {
  meta: {
    code: 'MIG231',
    name: 'package-contents',
    family: 'commands',
    severity: 'error',
    what: 'a command in the package takes its payload from outside of it',
    why: 'ADVISE, RAM_DISCARD, PACKAGED and RECV_BITMAP read from the connection wherever they stand: in a package they swallow what follows it, and both lose their place.',
    fix: 'look for what changed the order: these commands come before the package',
    cites: [
      {
        function: 'loadvm_handle_cmd_packaged',
        text: 'CMD_PACKAGED: Buffer receive fail ret=%d length=%zu',
        versions: '2.5 and later',
      },
    ],
    invariants: ['INV-121'],
  },
  watch({ report }) {
    return {
      channel: ({ name: channel, role }) =>
        role === 'main'
          ? {
              command({ code, offset, length, packaged }) {
                if (packaged && OUTER.has(code))
                  report({ message: `${commandName(code)} inside a package`, channel, offset, length });
              },
            }
          : undefined,
    };
  },
};
