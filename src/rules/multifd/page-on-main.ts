import { PAGE_ZERO } from '../../stream/page-batch.js';
import type { Rule } from '../rule.js';

interface Seen {
  readonly channel: string;
  readonly offset: number;
}

/** With multifd, the main channel has no pages before postcopy, or zero pages alone (all of them, when the source is older than 9.0). */
export const pageOnMain: Rule = {
  meta: {
    code: 'MIG318',
    name: 'page-on-main',
    family: 'multifd',
    severity: 'warning',
    what: 'the main channel carries pages before postcopy that belong into multifd packets',
    why: 'With multifd a source puts pages into packets, and zero pages either all into packets (since 9.0) or all on the main channel. A destination takes both, but it does not know which of two contents of a page is the later one.',
    fix: 'see that the channels are of one migration',
    cites: [
      { function: 'ram_save_multifd_page', versions: '4.0 and later' },
      { function: 'multifd_send_zero_page_detect', versions: '9.0 and later' },
    ],
    invariants: ['INV-M099'],
  },
  watch({ facts, report }) {
    let page: Seen | undefined;
    let zero: Seen | undefined;
    let zeroInPacket: Seen | undefined;
    return {
      channel({ name, role }) {
        if (role === 'main') {
          return {
            pages(batch) {
              if (batch.postcopy || (page && zero)) return;
              if ((batch.kinds & (1 << PAGE_ZERO)) !== 0)
                zero ??= { channel: name, offset: batch.offset[batch.kind.indexOf(PAGE_ZERO)]! };
              if ((batch.kinds & ~(1 << PAGE_ZERO)) === 0) return;
              page ??= { channel: name, offset: batch.offset[batch.kind.findIndex((kind) => kind !== PAGE_ZERO)]! };
            },
          };
        }
        if (role !== 'multifd') return undefined;
        return {
          packet({ zeroPages, offset }) {
            if (zeroPages > 0) zeroInPacket ??= { channel: name, offset };
          },
        };
      },
      end() {
        if (!facts.multifd) return;
        if (page) report({ message: 'page on the main channel before postcopy, in a migration with multifd', ...page });
        if (zero && zeroInPacket) {
          report({
            message: 'zero page on the main channel, when packets have zero pages as well',
            ...zero,
            related: [{ message: 'the first packet with zero pages', ...zeroInPacket }],
          });
        }
      },
    };
  },
};
