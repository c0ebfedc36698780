import { sectionName } from '../../wire/section.js';
import type { Rule } from '../rule.js';
import { vmdescMatch } from '../vmdesc-match.js';

/** The version in the header is that of the layout. */
export const sectionVersionMismatch: Rule = {
  meta: {
    code: 'MIG262',
    name: 'section-version-mismatch',
    family: 'vmstate',
    severity: 'error',
    what: 'the header of a section has another version than the vmdesc',
    why: 'A destination of the same release refuses a version above its own, and one below its minimum; in between it reads the section by another layout than it was written by.',
    fix: 'the version in the header of the section is damaged',
    cites: [
      {
        function: 'qemu_loadvm_section_start_full',
        text: "unsupported version %d for '%s' v%d",
        versions: 'all, in words that vary',
      },
      {
        function: 'vmstate_load_state',
        text: '%s: incoming version_id %d is too old for local minimum version_id %d',
        versions: 'all',
      },
    ],
    invariants: ['INV-034', 'INV-035', 'INV-036', 'INV-087'],
  },
  watch({ facts, report }) {
    const [above, below] = sectionVersionMismatch.meta.cites;
    return {
      end() {
        for (const { section, description } of vmdescMatch(facts)?.matched ?? []) {
          // Devices of the old style are described by their size alone.
          if (description.vmsdName === '' || section.version === description.version) continue;
          const name = sectionName(section);
          report({
            message: `section ${name} has version ${section.version}, the vmdesc says ${description.version}`,
            channel: section.channel,
            offset: section.offset,
            section: name,
            expected: `${description.version}`,
            found: `${section.version}`,
            cite: section.version > description.version ? above! : below!,
          });
        }
      },
    };
  },
};
