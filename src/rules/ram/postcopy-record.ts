import { PAGE_XBZRLE } from '../../stream/page-batch.js';
import type { Rule } from '../rule.js';

/** Behind the switch RAM has pages and nothing else. */
export const postcopyRecord: Rule = {
  meta: {
    code: 'MIG248',
    name: 'postcopy-record',
    family: 'ram',
    severity: 'error',
    what: 'a RAM record behind the switch to postcopy that is no page',
    why: 'Behind LISTEN a destination takes PAGE, ZERO and EOS only, and gives up at MULTIFD_FLUSH, HOOK, XBZRLE and block lists.',
    fix: 'the source has to sync multifd before the switch, as 10.1 and later do; for the others, look for what damaged the record',
    cites: [
      {
        function: 'ram_load_postcopy',
        text: 'Unknown combination of migration flags: 0x%x (postcopy mode)',
        versions: '2.5 and later',
      },
    ],
    invariants: ['INV-200', 'INV-M146', 'INV-M147'],
  },
  watch({ facts, report }) {
    return {
      channel({ name: channel, role }) {
        if (role !== 'main' && role !== 'recovery-main') return undefined;
        let xbzrle = false;
        const say = (offset: number, what: string): void =>
          report({ message: `${what} behind the switch to postcopy`, channel, offset, length: 8, section: 'ram' });
        return {
          'ram-mark'({ name, offset }) {
            if (facts.postcopy && name !== 'EOS') say(offset, name);
          },
          'ram-blocks'({ offset }) {
            if (facts.postcopy) say(offset, 'a block list');
          },
          pages({ postcopy, kinds, kind, offset, length }) {
            if (xbzrle || !postcopy || (kinds & (1 << PAGE_XBZRLE)) === 0) return;
            xbzrle = true;
            say(offset[kind.subarray(0, length).indexOf(PAGE_XBZRLE)]!, 'XBZRLE');
          },
        };
      },
    };
  },
};
