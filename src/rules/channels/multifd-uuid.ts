import type { Rule } from '../rule.js';

/** All channels have one uuid, which the decoder of captures sees to; here it is compared with the main channel's. */
export const multifdUuid: Rule = {
  meta: {
    code: 'MIG302',
    name: 'multifd-uuid',
    family: 'channels',
    severity: 'error',
    what: 'a multifd channel is of another guest than the main channel says',
    why: 'A destination compares the uuid of each multifd channel with its own, and with validate-uuid that of the main channel as well. It can be only one of the two.',
    fix: 'take the files of other migrations out of the capture',
    cites: [
      {
        function: 'multifd_recv_initial_packet',
        text: "multifd: received uuid '%s' and expected uuid '%s' for channel %hhd",
        versions: '4.0 and later',
      },
    ],
    follows: ['capture-multifd'],
    invariants: ['INV-M023'],
  },
  watch({ facts, report }) {
    const channels: { channel: string; uuid: string; offset: number }[] = [];
    return {
      channel({ name, role }) {
        if (role !== 'multifd') return undefined;
        return {
          'multifd-init': ({ uuid, offset }) => channels.push({ channel: name, uuid, offset: offset + 8 }),
        };
      },
      end() {
        const { uuid: expected } = facts;
        const other = channels.find(({ uuid }) => uuid !== expected);
        if (expected === undefined || !other) return;
        const { uuid: found, ...place } = other;
        report({
          message: `the guest ${found}, on the main channel ${expected}`,
          ...place,
          length: 16,
          expected,
          found,
        });
      },
    };
  },
};
