import { PAGE_COMPRESSED } from '../../stream/page-batch.js';
import type { Rule } from '../rule.js';

/** Records come and go with releases. */
export const recordRefused: Rule = {
  meta: {
    code: 'MIG250',
    name: 'record-refused',
    family: 'ram',
    severity: 'error',
    what: 'a RAM record that the destination does not know, or does not take any more',
    why: 'A destination gives up at a record whose flags it does not know: MULTIFD_FLUSH below 8.1, COMPRESS_PAGE from 9.1 on.',
    fix: 'load it into a release that has the record; multifd-flush-after-each-section=on at the source does without MULTIFD_FLUSH, and compress can be left off',
    cites: [{ function: 'ram_load_precopy', text: 'Unknown combination of migration flags: 0x%x', versions: 'all' }],
    follows: ['machine-too-new'],
    invariants: ['INV-174', 'INV-176'],
  },
  watch({ facts, report }) {
    const isCompressed = (rule: string): boolean => rule === 'ram-compressed' && facts.destinationSince('9.1');
    return {
      // The word of the record is refused before its length is looked at.
      supersedes: ({ rule }) => isCompressed(rule),
      channel({ name: channel, role }) {
        if (role !== 'main' && role !== 'recovery-main') return undefined;
        let flush = false;
        let compressed = false;
        const refused = (offset: number): void => {
          compressed = true;
          report({ message: 'COMPRESS_PAGE, which QEMU 9.1 and later refuse', channel, offset, length: 8 });
        };
        return {
          problem({ offset, finding: { rule } }) {
            if (!compressed && isCompressed(rule)) refused(offset);
          },
          'ram-mark'({ name, offset }) {
            if (flush || name !== 'MULTIFD_FLUSH' || !facts.destinationBefore('8.1')) return;
            flush = true;
            report({ message: 'MULTIFD_FLUSH, which came with QEMU 8.1', channel, offset, length: 8 });
          },
          pages({ kinds, kind, offset, length }) {
            if (compressed || (kinds & (1 << PAGE_COMPRESSED)) === 0 || !facts.destinationSince('9.1')) return;
            refused(offset[kind.subarray(0, length).indexOf(PAGE_COMPRESSED)]!);
          },
        };
      },
    };
  },
};
