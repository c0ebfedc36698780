import { sectionName } from '../../wire/section.js';
import { isVfio } from '../../wire/vfio.js';
import { isIterable } from '../iterable.js';
import type { Rule } from '../rule.js';

/** RAM, bitmaps and the like exist once. */
export const iterableInstance: Rule = {
  meta: {
    code: 'MIG217',
    name: 'iterable-instance',
    family: 'sections',
    severity: 'error',
    what: 'a section that exists once has an instance id that is not 0',
    why: 'A destination looks the section up by name and instance and gives up where it has none.',
    fix: 'the instance id in the header of the section is damaged',
    cites: [
      {
        function: 'qemu_loadvm_section_start_full',
        text: "Unknown section or instance '%s' %u. Make sure that your current VM setup matches your saved VM setup, including any hotplugged devices",
        versions: 'all, in words that vary',
      },
    ],
    invariants: ['INV-033'],
  },
  watch({ report }) {
    return {
      channel: ({ name: channel, role }) =>
        role === 'main'
          ? {
              'section-start'({ section, offset, idstr, instance }) {
                if (section !== 'start' || instance === 0 || !isIterable(idstr) || isVfio(idstr)) return;
                report({
                  message: `${idstr} of instance ${instance}`,
                  channel,
                  offset,
                  section: sectionName({ idstr, instance }),
                  expected: '0',
                  found: `${instance}`,
                });
              },
            }
          : undefined,
    };
  },
};
