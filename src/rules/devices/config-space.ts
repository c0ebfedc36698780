import { decodeConfigSpace } from '../../vmstate/pci/config-space.js';
import { CAPABILITY_POINTER, headerType, PCI_HEADER_TYPE } from '../../vmstate/pci/header.js';
import { sectionName } from '../../wire/section.js';
import { PCI_CONFIG, placeIn, watchPci } from '../device-contents.js';
import type { Citation, Rule } from '../rule.js';

/** What a destination says of a config space that it does not take. */
export const BAD_CONFIG: Citation = {
  function: 'get_pci_config_device',
  text: 'Bad config data: i=0x%x read: %x device: %x cmask: %x wmask: %x w1cmask:%x',
  versions: 'all',
};

/** The config space of a function is one that a device model of QEMU has. */
export const configSpace: Rule = {
  meta: {
    code: 'MIG409',
    name: 'config-space',
    family: 'devices',
    severity: 'error',
    what: 'the config space of a PCI function has a header or a list of capabilities that cannot be',
    why: 'A destination compares header type, pointers and capabilities with those of its own function, whose lists end, and refuses what differs.',
    fix: 'the config space is damaged; take the stream again',
    cites: [BAD_CONFIG],
    invariants: [],
  },
  needs: ['device-payload'],
  watch({ facts, report }) {
    return watchPci(facts, PCI_CONFIG, ({ bytes, start, path }, event, channel) => {
      const kind = headerType(bytes);
      if (CAPABILITY_POINTER[kind] === undefined) {
        report({
          message: `section ${sectionName(event)} has the header type ${kind}`,
          ...placeIn(event, channel, { start: start + PCI_HEADER_TYPE, size: 1 }, `${path} > header type`),
          expected: Object.keys(CAPABILITY_POINTER).join(', '),
          found: `${kind}`,
        });
        return;
      }
      for (const { text, pointer } of decodeConfigSpace(bytes).faults) {
        report({
          message: `section ${sectionName(event)}: ${text}`,
          ...placeIn(event, channel, { start: start + pointer, size: 1 }, path),
        });
      }
    });
  },
};
