import type { Rule } from '../rule.js';

/** Block migration is gone since 9.1. */
export const blockSectionRefused: Rule = {
  meta: {
    code: 'MIG271',
    name: 'block-section-refused',
    family: 'sections',
    severity: 'error',
    what: 'the stream copies disks in a block section, which QEMU 9.1 and later do not have',
    why: 'A destination looks the section up by name and gives up where it has none.',
    fix: 'load it into QEMU 9.0 or older, or copy the disks by drive-mirror or blockdev-mirror over NBD',
    cites: [
      {
        function: 'qemu_loadvm_section_start_full',
        text: "Unknown savevm section or instance '%s' %u. Make sure that your current VM setup matches your saved VM setup, including any hotplugged devices",
        versions: '9.1 and later',
      },
    ],
    invariants: ['INV-235'],
  },
  watch({ facts, report }) {
    return {
      channel: ({ name: channel, role }) =>
        role === 'main'
          ? {
              'section-start'({ section, idstr, offset }) {
                if (section === 'start' && idstr === 'block' && facts.destinationSince('9.1'))
                  report({ message: 'START of block', channel, offset, section: 'block' });
              },
            }
          : undefined,
    };
  },
};
