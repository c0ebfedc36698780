import { sectionName } from '../../wire/section.js';
import { isIterable } from '../iterable.js';
import type { Rule } from '../rule.js';

/** Few handlers send state in rounds, and all of them are known. */
export const unknownIterable: Rule = {
  meta: {
    code: 'MIG216',
    name: 'unknown-iterable',
    family: 'sections',
    severity: 'error',
    what: 'START opens a section that no release sends in rounds',
    why: 'A destination looks the section up by name and instance and gives up where it has none. One that is a device of the guest is loaded as if it were FULL.',
    fix: 'the name or the type byte of the section is damaged, or the source is no unmodified QEMU',
    cites: [
      {
        function: 'qemu_loadvm_section_start_full',
        text: "Unknown section or instance '%s' %u. Make sure that your current VM setup matches your saved VM setup, including any hotplugged devices",
        versions: 'all, in words that vary',
      },
    ],
    invariants: ['INV-033'],
  },
  watch({ facts, report }) {
    const odd: { channel: string; offset: number; idstr: string; instance: number }[] = [];
    return {
      channel: ({ name: channel, role }) =>
        role === 'main'
          ? {
              'section-start'({ section, offset, idstr, instance }) {
                if (section === 'start' && idstr !== '' && !isIterable(idstr))
                  odd.push({ channel, offset, idstr, instance });
              },
            }
          : undefined,
      end() {
        const devices = facts.vmdesc?.description?.devices ?? [];
        for (const { channel, offset, ...identity } of odd) {
          const name = sectionName(identity);
          const isDevice = devices.some(
            (device) => sectionName({ idstr: device.name, instance: device.instance }) === name,
          );
          report({
            message: isDevice ? `START of ${name}, a device whose state is FULL` : `START of ${name}`,
            channel,
            offset,
            section: name,
            expected: 'ram, dirty-bitmap, block, spapr/htab, s390-storage_attributes or a vfio device',
            found: identity.idstr,
            ...(isDevice && { severity: 'warning' as const }),
          });
        }
      },
    };
  },
};
