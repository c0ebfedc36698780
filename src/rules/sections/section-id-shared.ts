import { sectionName } from '../../wire/section.js';
import type { Rule } from '../rule.js';

/** Ids come from a counter: no two handlers have the same. */
export const sectionIdShared: Rule = {
  meta: {
    code: 'MIG213',
    name: 'section-id-shared',
    family: 'sections',
    severity: 'warning',
    what: 'two sections of different names have one id',
    why: 'A destination gives every PART and END to the first handler that took the id, whichever it is meant for.',
    fix: 'look for what changed the id; sources never use one twice',
    cites: [{ function: 'qemu_loadvm_section_part_end', versions: 'all' }],
    invariants: ['INV-043', 'INV-272'],
  },
  watch({ report }) {
    const names = new Map<number, { name: string; offset: number }>();
    return {
      channel: ({ name: channel, role }) =>
        role === 'main'
          ? {
              'section-start'({ section, id, offset, idstr, instance }) {
                if (section === 'part' || section === 'end') return;
                const name = sectionName({ idstr, instance });
                const known = names.get(id);
                if (!known) names.set(id, { name, offset });
                else if (known.name !== name)
                  report({
                    message: `${name} has the id 0x${id.toString(16)} of ${known.name}`,
                    channel,
                    offset,
                    section: name,
                    related: [{ message: `section ${known.name}`, channel, offset: known.offset }],
                  });
              },
            }
          : undefined,
    };
  },
};
