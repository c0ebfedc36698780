import type { SectionKind } from '../../wire/section.js';
import type { Rule } from '../rule.js';

/** Type, id, name with its length, instance and version. */
const START_HEADER = 1 + 4 + 1 + 'ram'.length + 4 + 4;

/** The list opens the START of RAM, once. */
export const blockListPlace: Rule = {
  meta: {
    code: 'MIG244',
    name: 'block-list-place',
    family: 'ram',
    severity: 'warning',
    what: 'the block list is missing at the start of RAM, or stands elsewhere',
    why: 'A destination takes a list anywhere before the switch to postcopy, and does without: blocks that are not listed keep whatever length and contents they have there.',
    fix: 'look for what moved or repeated the list: sources write it as the first record of the START of RAM',
    cites: [{ function: 'ram_load_precopy', versions: 'all' }],
    invariants: ['INV-164', 'INV-262'],
  },
  watch({ facts, report }) {
    return {
      channel({ name: channel, role }) {
        if (role !== 'main') return undefined;
        let start: number | undefined;
        let listed = false;
        return {
          'section-start'({ section, idstr, offset }) {
            start = opens(section) && idstr === 'ram' ? offset : undefined;
          },
          'ram-blocks'({ offset, length, blocks }) {
            const first = start !== undefined && offset === start + START_HEADER;
            listed = true;
            // Behind the switch it is refused, whose rule says so.
            if (!first && !facts.postcopy)
              report({
                message: `a list of ${blocks.length} blocks that does not open the START of RAM`,
                channel,
                offset,
                length,
              });
          },
          'section-end'({ section, idstr, offset }) {
            if (!opens(section) || idstr !== 'ram' || listed) return;
            listed = true;
            report({ message: 'START of RAM without a block list', channel, offset, section: 'ram' });
          },
        };
      },
    };
  },
};

const opens = (section: SectionKind): boolean => section === 'start' || section === 'full';
