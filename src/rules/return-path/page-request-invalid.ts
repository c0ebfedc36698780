import { hex } from '../../finding.js';
import type { Rule } from '../rule.js';

const [noPrevious, noBlock, misaligned, overrun] = [
  'MIG_RP_MSG_REQ_PAGES has no previous block',
  "MIG_RP_MSG_REQ_PAGES has no block '%s'",
  'MIG_RP_MSG_REQ_PAGES: Misaligned page request, start:%lx len: %zd',
  'MIG_RP_MSG_REQ_PAGES request overrun, start=%lx len=%lx blocklen=%lx',
].map((text, i) => ({
  function: i === 2 ? 'migrate_handle_rp_req_pages' : 'ram_save_queue_pages',
  text,
  versions: '2.5 and later, in words that vary',
}));

export const pageRequestInvalid: Rule = {
  meta: {
    code: 'MIG364',
    name: 'page-request-invalid',
    family: 'return-path',
    severity: 'error',
    what: 'a request for pages names no block, one that is not there, or pages that it does not have',
    why: 'A source refuses such a request and takes the return path for broken: postcopy is paused, and the guest on the destination waits.',
    fix: 'see that the return path is of this migration, and whole: the first request of a connection names its block',
    cites: [noPrevious!, noBlock!, misaligned!, overrun!],
    follows: ['return-path-message', 'return-path-length'],
    invariants: ['INV-M176', 'INV-M177', 'INV-M178', 'INV-M179', 'INV-M194'],
  },
  watch({ facts, report }) {
    return {
      channel({ name, role }) {
        if (role !== 'return-path') return undefined;
        let block: string | undefined;
        return {
          message({ name: message, fields, offset, length: size }) {
            if (message !== 'REQ_PAGES' && message !== 'REQ_PAGES_ID') return;
            const at = { channel: name, offset, length: size };
            if (message === 'REQ_PAGES_ID') block = String(fields.block);
            if (block === undefined) {
              report({ message: 'REQ_PAGES before any REQ_PAGES_ID', ...at, cite: noPrevious! });
              return;
            }
            const known = facts.blocks.get(block);
            if (!known) {
              if (facts.blocks.size > 0)
                report({ message: `request for pages of block ${block}`, ...at, cite: noBlock! });
              return;
            }
            const start = Number(fields.start);
            const length = Number(fields.length);
            const page = known.pageSize ?? facts.pageSize ?? 1;
            const what = `request for ${hex(length)} bytes at ${hex(start)} of ${block}`;
            if (start % page !== 0 || length % page !== 0) {
              report({ message: what, ...at, expected: `multiples of ${hex(page)}`, cite: misaligned! });
            } else if (start + length > known.usedLength) {
              report({ message: what, ...at, expected: `at most ${hex(known.usedLength)}`, cite: overrun! });
            }
          },
        };
      },
    };
  },
};
