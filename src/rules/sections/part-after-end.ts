import { sectionName } from '../../wire/section.js';
import type { Rule } from '../rule.js';

/** Rounds are over when a handler has completed. */
export const partAfterEnd: Rule = {
  meta: {
    code: 'MIG221',
    name: 'part-after-end',
    family: 'sections',
    severity: 'warning',
    what: 'a section goes on behind its END',
    why: 'A destination loads it all the same; an older round that comes late puts old contents over new ones.',
    fix: 'look for what changed the order of the sections',
    cites: [{ function: 'qemu_loadvm_section_part_end', versions: 'all' }],
    invariants: ['INV-046'],
  },
  watch({ facts, report }) {
    const ended = new Map<number, number>();
    return {
      channel: ({ name: channel, role }) =>
        role === 'main'
          ? {
              'section-start'({ section, id, offset, idstr, instance }) {
                if (section === 'part') {
                  const end = ended.size > 0 && !facts.postcopy ? ended.get(id) : undefined;
                  if (end === undefined) return;
                  const name = sectionName({ idstr, instance });
                  const related = [{ message: 'the END', channel, offset: end }];
                  report({ message: `PART of ${name} behind its END`, channel, offset, section: name, related });
                } else if (section === 'end' && !facts.colo) ended.set(id, offset);
                else if (section === 'start') ended.delete(id);
              },
            }
          : undefined,
    };
  },
};
