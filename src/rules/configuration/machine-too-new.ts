import type { Rule } from '../rule.js';

/** Versioned machine types come with the release that they name. */
export const machineTooNew: Rule = {
  meta: {
    code: 'MIG210',
    name: 'machine-too-new',
    family: 'configuration',
    severity: 'error',
    what: 'the machine type is newer than the destination',
    why: 'A destination has to run the machine type of the stream, and the one that was named does not have it.',
    fix: 'give the guest a machine type that both releases have, as pc-q35-9.2, before it is started',
    cites: [
      {
        function: 'configuration_post_load',
        text: "Machine type received is '%.*s' and local is '%s'",
        versions: '2.4 and later',
      },
    ],
    invariants: ['INV-012'],
  },
  watch({ facts, report }) {
    return {
      channel: ({ name: channel, role }) =>
        role === 'main'
          ? {
              configuration({ machine, offset, length }) {
                const { machineVersion } = facts;
                if (machineVersion === undefined || !facts.destinationBefore(machineVersion)) return;
                const message = `machine type ${machine} came with QEMU ${machineVersion}, the destination is ${facts.target.version!}`;
                report({ message, channel, offset, length });
              },
            }
          : undefined,
    };
  },
};
