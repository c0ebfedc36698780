import type { Rule } from '../rule.js';

/** The number of channels is not on the wire, but their ids are 0 to one below it. */
export const multifdChannelMissing: Rule = {
  meta: {
    code: 'MIG300',
    name: 'multifd-channel-missing',
    family: 'channels',
    severity: 'error',
    what: 'the ids of the multifd channels are not 0 to one below their number',
    why: 'A source opens multifd-channels connections and numbers them from 0. A destination waits for all of them before it loads anything, and what went through one that is not there is lost.',
    fix: 'add the file of the channel that is missing; set multifd-channels to the same number on both sides',
    cites: [
      { function: 'multifd_recv_all_channels_created', versions: '4.0 and later' },
      {
        function: 'multifd_recv_initial_packet',
        text: 'multifd: received channel id %u is greater than number of channels %u',
        versions: '4.0 and later, in words that vary',
      },
    ],
    follows: ['capture-multifd', 'multifd-init'],
    invariants: ['INV-M007', 'INV-M024', 'INV-M025', 'INV-M027'],
  },
  watch({ report, facts }) {
    const channels: { channel: string; id: number; offset: number }[] = [];
    return {
      channel({ name, role }) {
        if (role !== 'multifd') return undefined;
        return {
          'multifd-init': ({ id, offset }) => channels.push({ channel: name, id, offset: offset + 24 }),
        };
      },
      end() {
        const highest = channels.reduce((most, one) => (one.id > most.id ? one : most), channels[0]!);
        // A channel that is read alone says nothing of the others.
        if (!facts.several || channels.length === 0) return;
        const ids = new Set(channels.map(({ id }) => id));
        const missing = Array.from({ length: highest.id }, (_, id) => id).filter((id) => !ids.has(id));
        if (missing.length === 0) return;
        const which = missing.length === 1 ? `channel ${missing[0]} is` : `channels ${missing.join(', ')} are`;
        report({
          message: `there is a multifd channel ${highest.id}, and ${which} not there`,
          channel: highest.channel,
          offset: highest.offset,
          length: 1,
          expected: `an id below ${ids.size}, as there are ${ids.size} channels`,
          found: `${highest.id}`,
        });
      },
    };
  },
};
