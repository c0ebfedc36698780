import type { Rule } from '../rule.js';

/** What names of machine types are made of. */
const NAME = /^[\w.+-]+$/;

/** A name with other bytes in it has been read up to the wrong place, or is damaged. */
export const machineName: Rule = {
  meta: {
    code: 'MIG386',
    name: 'machine-name',
    family: 'configuration',
    severity: 'error',
    what: 'the name of the machine type is one that no machine type has',
    why: 'A destination compares the name with that of its own machine type, and gives up. Where the length before the name is wrong, all that follows is read at the wrong place.',
    fix: 'the length in front of the name, or the name, is damaged',
    cites: [
      {
        function: 'configuration_post_load',
        text: "Machine type received is '%.*s' and local is '%s'",
        versions: '2.4 and later',
      },
    ],
    invariants: ['INV-012', 'INV-021'],
  },
  watch({ report }) {
    return {
      channel: ({ name: channel, role }) =>
        role === 'main'
          ? {
              configuration({ machine, offset, length }) {
                if (NAME.test(machine)) return;
                report({ message: `machine type ${machine}`, channel, offset, length });
              },
            }
          : undefined,
    };
  },
};
