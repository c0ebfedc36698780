import {
  apartFromLists,
  badConfigText,
  compareConfigSpaces,
  type ConfigByte,
  listsText,
} from '../../vmstate/pci/compare.js';
import { sectionName } from '../../wire/section.js';
import { PCI_CONFIG, placeIn, watchPci } from '../device-contents.js';
import type { Rule } from '../rule.js';
import { BAD_CONFIG } from './config-space.js';

const SIDES = { source: 'the stream', destination: 'the destination' };

/** A destination compares the bits of a config space that no guest can write with those of its own device. */
export const targetConfigSpace: Rule = {
  meta: {
    code: 'MIG412',
    name: 'target-config-space',
    family: 'devices',
    severity: 'error',
    what: 'a register of a PCI function is not that of the device of the destination',
    why: 'A destination compares the config space in the stream with that of its own device, in the bits that no guest can write, and gives up at the first byte that differs, without naming the register.',
    fix: 'give the device the same properties on both sides (queues, vectors, ROM, machine type); migscope explain with the line of QEMU and both captures tells what usually makes the register differ',
    cites: [BAD_CONFIG],
    invariants: [],
  },
  needs: ['device-payload'],
  watch({ facts, report }) {
    const devices = facts.target.capture?.devices;
    if (!devices) return {};
    return watchPci(facts, PCI_CONFIG, ({ bytes, start, path }, event, channel) => {
      const name = sectionName(event);
      const own = devices.get(name)?.configs.find((config) => config.path === path);
      if (!own) return;
      const comparison = compareConfigSpaces(bytes, own.bytes, SIDES);
      const { registers, ofLists } = apartFromLists(comparison);
      const refused = (all: readonly ConfigByte[]): ConfigByte | undefined => all.find((byte) => byte.refused !== 0);
      const tell = (byte: ConfigByte, message: string, place: string, values = {}): void =>
        report({
          message: `section ${name}: ${message}`,
          ...placeIn(event, channel, { start: start + byte.offset, size: 1 }, place),
          cite: { ...BAD_CONFIG, text: badConfigText(byte) },
          ...values,
        });
      const list = refused(ofLists);
      if (list) tell(list, listsText(comparison), path);
      for (const { path: register, bytes: differing, source, destination } of registers) {
        const byte = refused(differing);
        if (byte)
          tell(byte, `${register} is ${source}, and ${destination} at the destination`, `${path} > ${register}`, {
            expected: destination,
            found: source,
          });
      }
    });
  },
};
