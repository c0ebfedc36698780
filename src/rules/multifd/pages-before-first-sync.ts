import type { Rule } from '../rule.js';

/** The source syncs once while it sets up, before it looks for dirty pages. */
export const pagesBeforeFirstSync: Rule = {
  meta: {
    code: 'MIG314',
    name: 'pages-before-first-sync',
    family: 'multifd',
    severity: 'warning',
    what: 'a multifd channel has pages before its first SYNC',
    why: 'Every source syncs the channels in the START section of RAM, before the first page. A destination takes such pages, but it may not have read the list of blocks yet that they belong to.',
    fix: 'see that the beginning of the channel was captured and that no SYNC was lost',
    cites: [{ function: 'ram_save_setup', versions: '4.0 and later' }],
    follows: ['sync-count', 'packet-number'],
    invariants: ['INV-M092'],
  },
  watch({ report }) {
    return {
      channel({ name, role }) {
        if (role !== 'multifd') return undefined;
        let reported = false;
        return {
          packet({ generation, normalPages, zeroPages, offset, length }) {
            if (generation > 0 || normalPages + zeroPages === 0 || reported) return;
            reported = true;
            report({
              message: `packet of ${normalPages + zeroPages} pages before the first SYNC`,
              channel: name,
              offset,
              length,
            });
          },
        };
      },
    };
  },
};
