import { sectionName } from '../../wire/section.js';
import { PCI_IRQ_STATE, placeIn, watchPci } from '../device-contents.js';
import type { Rule } from '../rule.js';

const BYTES = 4;

/** The level of an interrupt line is 0 or 1. */
export const interruptLevel: Rule = {
  meta: {
    code: 'MIG410',
    name: 'interrupt-level',
    family: 'devices',
    severity: 'error',
    what: 'the level of an interrupt line of a PCI function is neither 0 nor 1',
    why: 'A destination gives up at it.',
    fix: 'the section is damaged, or what stands before it has another size than the vmdesc says; take the stream again',
    cites: [{ function: 'get_pci_irq_state', text: 'irq state %d: must be 0 or 1.', versions: 'all' }],
    invariants: [],
  },
  needs: ['device-payload'],
  watch({ facts, report }) {
    return watchPci(facts, PCI_IRQ_STATE, ({ bytes, start, path }, event, channel) => {
      const levels = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      for (let at = 0; at + BYTES <= bytes.length; at += BYTES) {
        const level = levels.getUint32(at);
        if (level <= 1) continue;
        report({
          message: `section ${sectionName(event)}: INT${'ABCD'[at / BYTES]} has the level ${level}`,
          ...placeIn(event, channel, { start: start + at, size: BYTES }, path),
          expected: '0 or 1',
          found: `${level}`,
        });
      }
    });
  },
};
