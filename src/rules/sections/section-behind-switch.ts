import { sectionName } from '../../wire/section.js';
import { isPostcopiable } from '../iterable.js';
import type { Rule } from '../rule.js';

/** Behind the package come pages and bitmaps, and the ENDs that 10.1 repeats. */
export const sectionBehindSwitch: Rule = {
  meta: {
    code: 'MIG224',
    name: 'section-behind-switch',
    family: 'sections',
    severity: 'warning',
    what: 'a section behind the switch to postcopy that is neither RAM nor bitmaps',
    why: 'The guest runs on the destination by then. State that is loaded under it is not what it was saved as.',
    fix: 'device state belongs into the package, iterable state before it; look for what changed the order',
    cites: [{ function: 'qemu_savevm_state_complete_postcopy', versions: '2.5 and later' }],
    invariants: ['INV-207', 'INV-269'],
  },
  watch({ facts, report }) {
    return {
      channel: ({ name: channel, role }) =>
        role === 'main'
          ? {
              'section-start'({ section, offset, packaged, idstr, instance }) {
                if (!facts.postcopy || !facts.postcopyAdvised || packaged || section === 'end') return;
                if (section === 'part' && isPostcopiable(idstr)) return;
                const name = sectionName({ idstr, instance });
                const message = `${section.toUpperCase()} of ${name} behind the switch to postcopy`;
                report({ message, channel, offset, section: name });
              },
            }
          : undefined,
    };
  },
};
