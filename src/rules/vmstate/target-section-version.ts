import { sectionName } from '../../wire/section.js';
import type { Rule } from '../rule.js';
import { dumpedVersions } from '../target-vmstate.js';

/** A loader takes versions from its minimum to its own. */
export const targetSectionVersion: Rule = {
  meta: {
    code: 'MIG275',
    name: 'target-section-version',
    family: 'vmstate',
    severity: 'error',
    what: 'a section has a version that the destination does not load',
    why: 'A destination refuses a section that is newer than its own layout, or older than the oldest that it still reads.',
    fix: 'give the guest a machine type that both releases have; a device that is newer on the source needs a newer destination',
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
    invariants: ['INV-034', 'INV-035'],
  },
  watch({ facts, report }) {
    const [above, below] = targetSectionVersion.meta.cites;
    return {
      end() {
        if (!facts.target.vmstate) return;
        const versions = dumpedVersions(facts.target.vmstate);
        for (const { channel, offset, ...section } of facts.fulls) {
          const local =
            versions.get(section.idstr.slice(section.idstr.lastIndexOf('/') + 1)) ?? versions.get(section.idstr);
          if (!local) continue;
          const say = (expected: string, cite = above!): void =>
            report({
              message: `section ${sectionName(section)} has version ${section.version}, the destination loads ${local.minimum} to ${local.version}`,
              channel,
              offset,
              section: sectionName(section),
              expected,
              found: `${section.version}`,
              cite,
            });
          if (section.version > local.version) say(`at most ${local.version}`);
          else if (section.version < local.minimum) say(`at least ${local.minimum}`, below!);
        }
      },
    };
  },
};
