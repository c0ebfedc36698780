import type { Rule } from '../rule.js';

export const pageRequestWithoutPostcopy: Rule = {
  meta: {
    code: 'MIG365',
    name: 'page-request-without-postcopy',
    family: 'return-path',
    severity: 'warning',
    what: 'the destination asks for pages, but the main channel never switches to postcopy',
    why: 'Only a guest that runs on the destination misses pages. Main channel and return path are of different migrations, or the switch is missing from the capture.',
    fix: 'see that the files are of one migration',
    cites: [{ function: 'postcopy_ram_fault_thread', versions: '2.5 and later' }],
    follows: ['truncated', 'capture-main', 'unknown-section-type', 'return-path-message'],
    invariants: ['INV-M192'],
  },
  watch({ facts, report }) {
    let reported = false;
    return {
      channel({ name, role }) {
        if (role !== 'return-path') return undefined;
        return {
          message({ name: message, offset, length }) {
            if (message !== 'REQ_PAGES' && message !== 'REQ_PAGES_ID') return;
            if (facts.postcopy || reported) return;
            reported = true;
            report({ message: 'request for pages without LISTEN', channel: name, offset, length });
          },
        };
      },
    };
  },
};
