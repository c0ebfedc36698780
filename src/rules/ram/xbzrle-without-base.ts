import type { Rule } from '../rule.js';

/** XBZRLE says what has changed since the page was sent. */
export const xbzrleWithoutBase: Rule = {
  meta: {
    code: 'MIG247',
    name: 'xbzrle-without-base',
    family: 'ram',
    severity: 'error',
    what: 'XBZRLE changes a page that was not sent before',
    why: 'A destination puts the changes over whatever the page holds there, and does not notice.',
    fix: 'a part of the stream before this record is missing: the page has to come whole first',
    cites: [{ function: 'load_xbzrle', versions: '1.2 and later' }],
    invariants: ['INV-172', 'INV-271'],
  },
  watch({ facts, report }) {
    return {
      end({ ram }) {
        const [main] = facts.channels.filter(({ role }) => role === 'main');
        // Of a migration whose other channels are not there, pages may have come on those.
        if (!main || (!facts.several && facts.flushMode === 'flush')) return;
        for (const { name, baseless } of ram.blocks) {
          if (!baseless) continue;
          report({
            message: `XBZRLE for page 0x${baseless.address.toString(16)} of ${name}, which was not sent before`,
            channel: main.name,
            offset: baseless.offset,
            path: `ram > ${name}`,
          });
        }
      },
    };
  },
};
