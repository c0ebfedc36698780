import { MIG_CMD_OPEN_RETURN_PATH } from '../../wire/command.js';
import type { Rule } from '../rule.js';

/** A recorded connection is not a saved guest: a file cannot be answered. */
export const returnPathInFile: Rule = {
  meta: {
    code: 'MIG226',
    name: 'return-path-in-file',
    family: 'commands',
    severity: 'info',
    what: 'the stream asks for a return path, which a file does not have',
    why: 'It was recorded from a connection. A destination that is given it as a file has nothing to answer on, and gives up at the first command that asks for it.',
    fix: 'to load it again, take return-path and postcopy-ram off at the source, or play it over a connection',
    cites: [
      { function: 'loadvm_process_command', text: 'CMD_OPEN_RETURN_PATH failed', versions: '2.5 and later' },
      {
        function: 'loadvm_process_command',
        text: 'CMD_PING (0x%x) received with no return path',
        versions: '2.5 and later',
      },
    ],
    invariants: ['INV-104'],
  },
  watch({ facts, report }) {
    return {
      channel({ name: channel, role }) {
        if (role !== 'main' || facts.several) return undefined;
        let first = true;
        return {
          command({ code, offset, length }) {
            if (code !== MIG_CMD_OPEN_RETURN_PATH || !first) return;
            first = false;
            report({ message: 'OPEN_RETURN_PATH in a stream that stands alone', channel, offset, length });
          },
        };
      },
    };
  },
};
