import { MIG_CMD_PING } from '../../wire/command.js';
import type { Rule } from '../rule.js';

/** A PING has to be answered. */
export const pingWithoutReturnPath: Rule = {
  meta: {
    code: 'MIG225',
    name: 'ping-without-return-path',
    family: 'commands',
    severity: 'error',
    what: 'PING comes before OPEN_RETURN_PATH',
    why: 'A destination without a return path cannot answer and gives up.',
    fix: 'the beginning of the stream is not the one that the source wrote: OPEN_RETURN_PATH stands before the first section',
    cites: [
      {
        function: 'loadvm_process_command',
        text: 'CMD_PING (0x%x) received with no return path',
        versions: '2.5 and later',
      },
    ],
    invariants: ['INV-104', 'INV-M190'],
  },
  watch({ facts, report }) {
    return {
      channel: ({ name: channel, role }) =>
        role === 'main'
          ? {
              command({ code, offset, length, payload: { value } }) {
                // One without its value has the wrong length, and is refused for that.
                if (code !== MIG_CMD_PING || facts.returnPath || value === undefined) return;
                report({ message: `PING 0x${value.toString(16)} without a return path`, channel, offset, length });
              },
            }
          : undefined,
    };
  },
};
