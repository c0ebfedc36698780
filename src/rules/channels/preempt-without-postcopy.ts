import type { Rule } from '../rule.js';

/** A preempt channel has nothing but pages that a guest on the destination waits for. */
export const preemptWithoutPostcopy: Rule = {
  meta: {
    code: 'MIG303',
    name: 'preempt-without-postcopy',
    family: 'channels',
    severity: 'error',
    what: 'a preempt channel has pages, but the main channel never switches to postcopy',
    why: 'A destination reads the channel from LISTEN on. Without postcopy it takes the connection for one too many and closes it, or for another kind of channel; from 10.1 on it aborts when it does not expect one.',
    fix: 'see that the files are of one migration, and what this one is: a channel without a magic is taken for a preempt channel',
    cites: [
      {
        function: 'socket_accept_incoming_migration',
        text: '%s: Extra incoming migration connection; ignoring',
        versions: '7.1 and later',
      },
    ],
    follows: ['truncated', 'capture-main'],
    invariants: ['INV-M009', 'INV-M010'],
  },
  watch({ facts, report }) {
    let first: { channel: string; offset: number } | undefined;
    return {
      channel({ name, role }) {
        if (role !== 'preempt') return undefined;
        return {
          pages({ offset }) {
            first ??= { channel: name, offset: offset[0]! };
          },
        };
      },
      end() {
        if (!first || facts.postcopy) return;
        report({
          message: 'pages for postcopy, and no LISTEN on the main channel',
          ...first,
          expected: 'LISTEN in a package',
        });
      },
    };
  },
};
