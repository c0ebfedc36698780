import type { Rule } from '../rule.js';

/** A destination has one machine type, and takes no stream of another. */
export const targetMachine: Rule = {
  meta: {
    code: 'MIG415',
    name: 'target-machine',
    family: 'configuration',
    severity: 'error',
    what: 'the destination is of another machine type',
    why: 'A destination compares the name of the machine type with that of its own, and gives up. Names without a version (pc, q35, virt) stand for another type in each release.',
    fix: 'start the destination with the machine type of the stream',
    cites: [
      {
        function: 'configuration_post_load',
        text: "Machine type received is '%.*s' and local is '%s'",
        versions: '2.4 and later',
      },
    ],
    invariants: ['INV-021'],
  },
  watch({ facts, report }) {
    const local = facts.target.capture?.machine;
    if (local === undefined) return {};
    return {
      channel: ({ name: channel, role }) =>
        role === 'main'
          ? {
              configuration({ machine, offset, length }) {
                if (machine === local) return;
                const message = `machine type ${machine}, and ${local} at the destination`;
                report({ message, channel, offset, length, expected: local, found: machine });
              },
            }
          : undefined,
    };
  },
};
