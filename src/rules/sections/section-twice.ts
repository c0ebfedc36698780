import { sectionName } from '../../wire/section.js';
import type { Rule } from '../rule.js';
import { vmdescMatch } from '../vmdesc-match.js';

/** Each device has one FULL section; only the checkpoints of COLO repeat it. */
export const sectionTwice: Rule = {
  meta: {
    code: 'MIG214',
    name: 'section-twice',
    family: 'sections',
    severity: 'warning',
    what: 'the state of a device comes twice',
    why: 'A destination loads both into the first device of that name, and the last one wins. Up to 7.2 sources do so themselves: the second slirp and the second isa-ide have the name and number of the first.',
    fix: 'compare the two sections; where they differ, find out which device the second belongs to',
    cites: [{ function: 'find_se', versions: 'all' }],
    invariants: ['INV-047', 'INV-277'],
  },
  watch({ facts, report }) {
    return {
      end() {
        const copies = new Set(vmdescMatch(facts)?.copies);
        const seen = new Map<string, number>();
        for (const full of facts.fulls) {
          const { channel, offset } = full;
          const section = sectionName(full);
          const first = seen.get(section);
          if (first === undefined) seen.set(section, offset);
          else
            report({
              message: copies.has(full)
                ? `a second FULL section ${section}, which the vmdesc has once`
                : `a second FULL section ${section}: the source has two devices of this name`,
              channel,
              offset,
              section,
              related: [{ message: 'the first', channel, offset: first }],
              ...(!copies.has(full) && { severity: 'info' as const }),
            });
        }
      },
    };
  },
};
