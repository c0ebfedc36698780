import { sectionName } from '../../wire/section.js';
import type { Rule } from '../rule.js';
import { vmdescMatch } from '../vmdesc-match.js';

/**
 * States of devices on a bus that some release registers by hand, past their class, so that its dump lacks them: PCI IDE up to 9.x, the models of
 * eepro100 and their EEPROM, the state of virtio-mem that is sent early.
 */
const BY_HAND = /^(?:ide|eeprom|i82(?:55\d[a-z]*|562|801)|.*-early)$/;

/** A device on a bus is of a class, and classes are dumped. */
export const targetDeviceUnknown: Rule = {
  meta: {
    code: 'MIG276',
    name: 'target-device-unknown',
    family: 'vmstate',
    severity: 'error',
    what: 'the destination has no device of this kind',
    why: 'A destination looks the section up by name and gives up where it has none.',
    fix: 'load it into a QEMU that is built with the device, or leave the device out at the source',
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
    return {
      end() {
        const { vmstate } = facts.target;
        if (!vmstate) return;
        const names = new Set(vmstate.devices.map(({ description }) => description?.name));
        for (const { section, description } of vmdescMatch(facts)?.matched ?? []) {
          // Only devices on a bus are sure to be of a dumped class; slots of a bus and states without a class have no path.
          const onBus = section.idstr.includes('/') && section.idstr.endsWith(`/${description.vmsdName}`);
          if (!onBus || BY_HAND.test(description.vmsdName) || names.has(description.vmsdName)) continue;
          const { channel, offset } = section;
          const message = `section ${sectionName(section)}: the destination has no ${description.vmsdName}`;
          report({ message, channel, offset, section: sectionName(section), found: description.vmsdName });
        }
      },
    };
  },
};
