import { COMMANDS, MIG_CMD_ENABLE_COLO } from '../../wire/command.js';
import type { Rule } from '../rule.js';

/** Commands come and go with releases. */
export const commandRefused: Rule = {
  meta: {
    code: 'MIG241',
    name: 'command-refused',
    family: 'commands',
    severity: 'error',
    what: 'a command that the destination does not know, or does not take any more',
    why: 'A destination gives up at a command that is not in its table.',
    fix: 'load it into a release that has the command, or set the machine type or the property of the source that leaves it out',
    cites: [
      { function: 'loadvm_process_command', text: 'MIG_CMD 0x%x unknown (len 0x%x)', versions: '2.5 and later' },
      { function: 'loadvm_process_command', text: 'MIG_CMD 0x%x deprecated (len 0x%x)', versions: '11.0 and later' },
    ],
    follows: ['machine-too-new'],
    invariants: ['INV-100', 'INV-101', 'INV-127', 'INV-M263'],
  },
  watch({ facts, report }) {
    return {
      // A command that no release knows is refused by all of them.
      supersedes: ({ rule }) => rule === 'unknown-command',
      channel: ({ name: channel, role }) =>
        role === 'main' || role === 'recovery-main'
          ? {
              command({ code, name, offset, length }) {
                const known = COMMANDS.get(code);
                const [unknown, deprecated] = commandRefused.meta.cites;
                const say = (message: string, cite = unknown!): void =>
                  report({ message, channel, offset, length, cite });
                if (!known) say(`${name}, which no release knows`);
                else if (facts.destinationBefore(known.since)) say(`${name}, which came with QEMU ${known.since}`);
                else if (code === MIG_CMD_ENABLE_COLO && facts.destinationSince('11.0'))
                  say(`${name}, which QEMU 11.0 and later refuse`, deprecated!);
              },
            }
          : undefined,
    };
  },
};
