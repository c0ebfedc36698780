import { sectionName } from '../../wire/section.js';
import type { Rule } from '../rule.js';

/** A handler completes once; again only behind the switch to postcopy, and in every checkpoint of COLO. */
export const endTwice: Rule = {
  meta: {
    code: 'MIG220',
    name: 'end-twice',
    family: 'sections',
    severity: 'warning',
    what: 'a section ends twice although nothing calls for it',
    why: 'A destination loads both. From 10.1 on, and for RAM when only bitmaps go over to postcopy, sources end a section again behind the switch, but never before.',
    fix: 'look for what repeats the section, or turned a PART into an END',
    cites: [{ function: 'qemu_savevm_state_complete_postcopy', versions: 'all' }],
    invariants: ['INV-044'],
  },
  watch({ facts, report }) {
    const ended = new Map<number, number>();
    return {
      channel: ({ name: channel, role }) =>
        role === 'main'
          ? {
              'section-start'({ section, id, offset, idstr, instance }) {
                if (section !== 'end' || facts.postcopy || facts.colo) return;
                const first = ended.get(id);
                if (first === undefined) ended.set(id, offset);
                else {
                  const section = sectionName({ idstr, instance });
                  const related = [{ message: 'the first', channel, offset: first }];
                  report({ message: `a second END of ${section}`, channel, offset, section, related });
                }
              },
            }
          : undefined,
    };
  },
};
