import { sectionName } from '../../wire/section.js';
import type { Rule } from '../rule.js';
import { vmdescMatch } from '../vmdesc-match.js';

/** The source describes every device that it saves. */
export const deviceUndescribed: Rule = {
  meta: {
    code: 'MIG260',
    name: 'device-undescribed',
    family: 'vmstate',
    severity: 'error',
    what: 'a section has a name or instance that the vmdesc does not have',
    why: 'The vmdesc lists what the source saved. A destination of the same configuration has no such device and gives up.',
    fix: 'the name or the instance id in the header of the section is damaged',
    cites: [
      {
        function: 'qemu_loadvm_section_start_full',
        text: "Unknown section or instance '%s' %u. Make sure that your current VM setup matches your saved VM setup, including any hotplugged devices",
        versions: 'all, in words that vary',
      },
    ],
    invariants: ['INV-033', 'INV-087'],
  },
  watch({ facts, report }) {
    return {
      supersedes: ({ rule }) => rule === 'vmdesc-mismatch',
      end() {
        for (const { channel, offset, idstr, instance } of vmdescMatch(facts)?.unknown ?? []) {
          const section = sectionName({ idstr, instance });
          if (idstr !== '') report({ message: `section ${section} is not in the vmdesc`, channel, offset, section });
        }
      },
    };
  },
};
