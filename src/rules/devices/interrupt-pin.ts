import { PCI_INTERRUPT_PIN } from '../../vmstate/pci/header.js';
import { sectionName } from '../../wire/section.js';
import { PCI_CONFIG, placeIn, watchPci } from '../device-contents.js';
import type { Rule } from '../rule.js';

/** INTA to INTD; 0 is none. */
const LAST_PIN = 4;

/** A destination counts on the interrupt pin being one of four, and does not compare it. */
export const interruptPin: Rule = {
  meta: {
    code: 'MIG408',
    name: 'interrupt-pin',
    family: 'devices',
    severity: 'error',
    what: 'a PCI function has an interrupt pin that there is not',
    why: 'A destination takes the byte over unseen. When the function raises or lowers its interrupt, which many do at the end of the load, a destination of 6.0 and later aborts, and an older one takes some other interrupt line for it.',
    fix: 'the byte 0x3d of the config space is damaged; take the stream again',
    cites: [
      {
        function: 'pci_irq_handler',
        text: "Assertion `0 <= irq_num && irq_num < PCI_NUM_PINS' failed",
        versions: '6.0 and later',
      },
    ],
    invariants: [],
  },
  needs: ['device-payload'],
  watch({ facts, report }) {
    return watchPci(facts, PCI_CONFIG, ({ bytes, start, path }, event, channel) => {
      const pin = bytes[PCI_INTERRUPT_PIN] ?? 0;
      if (pin <= LAST_PIN) return;
      report({
        message: `section ${sectionName(event)} has interrupt pin ${pin}`,
        ...placeIn(event, channel, { start: start + PCI_INTERRUPT_PIN, size: 1 }, `${path} > interrupt pin`),
        expected: `up to ${LAST_PIN}`,
        found: `${pin}`,
      });
    });
  },
};
