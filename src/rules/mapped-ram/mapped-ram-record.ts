import type { Rule } from '../rule.js';

/** In a mapped-ram file the pages have fixed places. */
export const mappedRamRecord: Rule = {
  meta: {
    code: 'MIG256',
    name: 'mapped-ram-record',
    family: 'mapped-ram',
    severity: 'error',
    what: 'a page or a mark stands between the sections of a mapped-ram file',
    why: 'With mapped-ram a destination takes block lists and EOS only, and gives up at any other record.',
    fix: 'look for what damaged the record; pages of a mapped-ram file stand in the areas behind the block list',
    cites: [{ function: 'ram_load_precopy', text: 'Unexpected RAM flags: %d', versions: '9.0 and later' }],
    invariants: ['INV-180'],
  },
  watch({ facts, report }) {
    return {
      channel({ name: channel, role }) {
        if (role !== 'main') return undefined;
        let inStart = false;
        let reported = false;
        const say = (offset: number, what: string): void => {
          if (reported || !facts.capabilities.includes('mapped-ram')) return;
          reported = true;
          report({ message: `${what} in a mapped-ram file`, channel, offset, length: 8, section: 'ram' });
        };
        return {
          'section-start'({ section }) {
            inStart = section === 'start';
          },
          'ram-mark'({ name, offset }) {
            if (name !== 'EOS') say(offset, name);
          },
          pages({ offset, length }) {
            if (!inStart && length > 0) say(offset[0]!, 'a page record');
          },
        };
      },
    };
  },
};
