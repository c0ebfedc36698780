import { sectionName } from '../../wire/section.js';
import type { Rule } from '../rule.js';

/** All handlers are set up before the first round. */
export const startLate: Rule = {
  meta: {
    code: 'MIG222',
    name: 'start-late',
    family: 'sections',
    severity: 'warning',
    what: 'a section is started behind the first PART',
    why: 'Sources set all handlers up before the first round. A destination takes a START anywhere.',
    fix: 'look for what changed the order of the sections',
    cites: [{ function: 'qemu_savevm_state_setup', versions: 'all' }],
    invariants: ['INV-051', 'INV-261'],
  },
  watch({ report }) {
    return {
      channel({ name: channel, role }) {
        if (role !== 'main') return undefined;
        let part: number | undefined;
        const started = new Set<string>();
        return {
          'section-start'({ section, offset, idstr, instance }) {
            if (section === 'part') part ??= offset;
            if (section !== 'start') return;
            const name = sectionName({ idstr, instance });
            // A second one is another rule's.
            if (part === undefined || started.has(name)) started.add(name);
            else {
              const related = [{ message: 'the first PART', channel, offset: part }];
              report({ message: `START of ${name} behind the first PART`, channel, offset, section: name, related });
            }
          },
        };
      },
    };
  },
};
