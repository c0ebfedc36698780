import { sectionName } from '../../wire/section.js';
import type { Rule } from '../rule.js';

/** Each device has one FULL section; only the checkpoints of COLO repeat it. */
export const sectionTwice: Rule = {
  meta: {
    code: 'MIG214',
    name: 'section-twice',
    family: 'sections',
    severity: 'warning',
    what: 'the state of a device comes twice',
    why: 'A destination loads both, and the last one wins. Two devices under one name are a fault of the source: the state of the first ends up in the second.',
    fix: 'compare the two sections; where they differ, find out which device the second belongs to',
    cites: [{ function: 'qemu_loadvm_section_start_full', versions: 'all' }],
    invariants: ['INV-047', 'INV-277'],
  },
  watch({ facts, report }) {
    const seen = new Map<string, number>();
    return {
      channel: ({ name: channel, role }) =>
        role === 'main'
          ? {
              'section-start'({ section, offset, idstr, instance }) {
                if (section !== 'full' || facts.colo) return;
                const name = sectionName({ idstr, instance });
                const first = seen.get(name);
                if (first === undefined) seen.set(name, offset);
                else
                  report({
                    message: `a second FULL section ${name}`,
                    channel,
                    offset,
                    section: name,
                    related: [{ message: 'the first', channel, offset: first }],
                  });
              },
            }
          : undefined,
    };
  },
};
