import type { Rule } from '../rule.js';

/** HOOK belongs to RDMA, whose pages are not in the stream. */
export const hookRecord: Rule = {
  meta: {
    code: 'MIG251',
    name: 'hook-record',
    family: 'ram',
    severity: 'warning',
    what: 'a HOOK record, which only RDMA has, in a stream of bytes',
    why: 'With RDMA the pages are written past the stream. A destination up to 9.2 that is not on RDMA gives up at the record; later ones pass over it.',
    fix: 'migrate over RDMA, or look for what damaged the record',
    cites: [{ function: 'ram_load_precopy', versions: '1.7 and later' }],
    invariants: ['INV-179'],
  },
  watch({ facts, report }) {
    return {
      channel({ name: channel, role }) {
        if (role !== 'main') return undefined;
        let first = true;
        return {
          'ram-mark'({ name, offset }) {
            if (!first || name !== 'HOOK' || facts.postcopy || facts.capabilities.includes('mapped-ram')) return;
            first = false;
            const refused = facts.destinationBefore('10.0');
            report({
              message: 'a HOOK record',
              channel,
              offset,
              length: 8,
              ...(refused && { severity: 'error' as const }),
            });
          },
        };
      },
    };
  },
};
