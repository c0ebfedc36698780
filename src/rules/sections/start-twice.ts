import { sectionName } from '../../wire/section.js';
import type { Rule } from '../rule.js';

/** `save_setup` runs once. */
export const startTwice: Rule = {
  meta: {
    code: 'MIG215',
    name: 'start-twice',
    family: 'sections',
    severity: 'warning',
    what: 'a section is started twice',
    why: 'A destination sets the handler up again and goes on; what it has loaded before stays.',
    fix: 'look for what repeats the section: a source starts each handler once',
    cites: [{ function: 'qemu_loadvm_section_start_full', versions: 'all' }],
    invariants: ['INV-042'],
  },
  watch({ report }) {
    const seen = new Map<string, number>();
    return {
      channel: ({ name: channel, role }) =>
        role === 'main'
          ? {
              'section-start'({ section, offset, idstr, instance }) {
                if (section !== 'start') return;
                const name = sectionName({ idstr, instance });
                const first = seen.get(name);
                if (first === undefined) seen.set(name, offset);
                else
                  report({
                    message: `a second START of ${name}`,
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
