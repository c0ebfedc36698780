import { PAGE_NORMAL } from '../../stream/page-batch.js';
import type { Rule } from '../rule.js';

/** MULTIFD_FLUSH tells a destination to wait for the multifd channels. */
export const flushWithoutMultifd: Rule = {
  meta: {
    code: 'MIG249',
    name: 'flush-without-multifd',
    family: 'ram',
    severity: 'warning',
    what: 'MULTIFD_FLUSH in a stream whose pages come on the main channel',
    why: 'With multifd all pages that are not zero travel on its channels until the switch to postcopy. A destination without multifd passes over the record; one with it waits for channels that never sync.',
    fix: 'look for what put the record there',
    cites: [{ function: 'multifd_recv_sync_main', versions: '8.1 and later' }],
    invariants: ['INV-177', 'INV-263', 'INV-M086'],
  },
  watch({ facts, report }) {
    return {
      channel({ name: channel, role }) {
        if (role !== 'main') return undefined;
        let flush: number | undefined;
        let page: number | undefined;
        let done = false;
        const check = (): void => {
          // With channels, page-on-main tells of the pages.
          if (done || flush === undefined || page === undefined || facts.multifd) return;
          done = true;
          const related = [{ message: 'a page on the main channel', channel, offset: page }];
          report({
            message: 'MULTIFD_FLUSH beside pages on the main channel',
            channel,
            offset: flush,
            length: 8,
            // 8.1 writes it whether multifd is on or not.
            ...(facts.machineUntil('8.1') && { severity: 'info' as const }),
            related,
          });
        };
        return {
          'ram-mark'({ name, offset }) {
            if (name !== 'MULTIFD_FLUSH' || facts.postcopy || facts.capabilities.includes('mapped-ram')) return;
            flush ??= offset;
            check();
          },
          pages({ postcopy, kinds, kind, offset, length }) {
            if (page !== undefined || postcopy || (kinds & (1 << PAGE_NORMAL)) === 0) return;
            page = offset[kind.subarray(0, length).indexOf(PAGE_NORMAL)]!;
            check();
          },
        };
      },
    };
  },
};
