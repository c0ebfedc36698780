import type { Rule } from '../rule.js';

/** One for all devices, as long as the machine type counts so. */
export const switchoverAckTwice: Rule = {
  meta: {
    code: 'MIG367',
    name: 'switchover-ack-twice',
    family: 'return-path',
    severity: 'warning',
    what: 'the destination acknowledges the switchover twice, with a machine type that does so once',
    why: 'Up to machine type 11.0 one SWITCHOVER_ACK stands for all devices. Later ones send one for each device, and a source that counts so refuses one too many.',
    fix: 'see that the return path is of this migration',
    cites: [
      {
        function: 'source_return_path_thread',
        text: 'Switchover ack pending num underflowed',
        versions: '11.0 and later',
      },
    ],
    invariants: ['INV-M189'],
  },
  watch({ facts, report }) {
    return {
      channel({ name, role }) {
        if (role !== 'return-path') return undefined;
        let first: number | undefined;
        return {
          message({ name: message, offset, length }) {
            if (message !== 'SWITCHOVER_ACK' || !facts.machineUntil('11.0')) return;
            if (first !== undefined) {
              report({
                message: `a second SWITCHOVER_ACK with machine type ${facts.machine}`,
                channel: name,
                offset,
                length,
                related: [{ message: 'the first one', channel: name, offset: first }],
              });
            }
            first ??= offset;
          },
        };
      },
    };
  },
};
