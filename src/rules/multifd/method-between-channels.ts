import type { Rule } from '../rule.js';

/** Within a channel the decoder sees to it. */
export const methodBetweenChannels: Rule = {
  meta: {
    code: 'MIG321',
    name: 'method-between-channels',
    family: 'multifd',
    severity: 'error',
    what: 'two multifd channels are compressed by different methods',
    why: 'A destination expects the one method that multifd-compression names, and refuses packets with another.',
    fix: 'see that the channels are of one migration',
    cites: [
      {
        function: 'multifd_nocomp_recv and its like',
        text: 'multifd %u: flags received %x flags expected %x',
        versions: '5.0 and later',
      },
    ],
    follows: ['multifd-method'],
    invariants: ['INV-M049'],
  },
  watch({ report }) {
    let first: { method: string; channel: string; offset: number } | undefined;
    return {
      channel({ name, role }) {
        if (role !== 'multifd') return undefined;
        let reported = false;
        return {
          packet({ method, normalPages, offset }) {
            if (normalPages === 0) return;
            first ??= { method, channel: name, offset };
            if (method === first.method || first.channel === name || reported) return;
            reported = true;
            report({
              message: `packets with method ${method}, those of another channel with ${first.method}`,
              channel: name,
              offset: offset + 8,
              length: 4,
              expected: first.method,
              found: method,
              related: [{ message: first.method, channel: first.channel, offset: first.offset }],
            });
          },
        };
      },
    };
  },
};
