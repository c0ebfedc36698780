import type { Rule } from '../rule.js';

/** A section is found by its name. */
export const sectionNameEmpty: Rule = {
  meta: {
    code: 'MIG212',
    name: 'section-name-empty',
    family: 'sections',
    severity: 'error',
    what: 'a section has no name',
    why: 'A destination finds the handler of a section by its name and gives up where there is none.',
    fix: 'the length byte behind the section id is damaged, or what came before was longer or shorter than it should be',
    cites: [
      { function: 'qemu_loadvm_section_start_full', text: 'Unable to read ID string for section %u', versions: 'all' },
    ],
    invariants: ['INV-032'],
  },
  watch({ report }) {
    return {
      channel: ({ name: channel, role }) =>
        role === 'main'
          ? {
              'section-start'({ idstr, id, offset, section }) {
                if (idstr === '' && (section === 'start' || section === 'full'))
                  report({ message: `section 0x${id.toString(16)} has no name`, channel, offset, length: 6 });
              },
            }
          : undefined,
    };
  },
};
