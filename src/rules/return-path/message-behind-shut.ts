import type { Rule } from '../rule.js';

export const messageBehindShut: Rule = {
  meta: {
    code: 'MIG362',
    name: 'message-behind-shut',
    family: 'return-path',
    severity: 'warning',
    what: 'the return path goes on behind SHUT',
    why: 'SHUT is the last message of a destination, and the source stops to read there. What follows is never seen.',
    fix: 'see that the file holds the return path of one connection',
    cites: [{ function: 'source_return_path_thread', versions: '2.5 and later' }],
    invariants: ['INV-M174'],
  },
  watch({ report }) {
    return {
      channel({ name, role }) {
        if (role !== 'return-path') return undefined;
        let shut: number | undefined;
        let reported = false;
        return {
          message({ name: message, offset, length }) {
            if (shut !== undefined && !reported && !message.startsWith('COLO_')) {
              reported = true;
              report({
                message: `${message} behind SHUT`,
                channel: name,
                offset,
                length,
                related: [{ message: 'SHUT', channel: name, offset: shut }],
              });
            }
            if (message === 'SHUT') shut ??= offset;
          },
        };
      },
    };
  },
};
