import { sectionName } from '../../wire/section.js';
import { isVfio } from '../../wire/vfio.js';
import type { Rule } from '../rule.js';

/** Packets name the device by the identity of its section on the main channel. */
export const devicePacketSection: Rule = {
  meta: {
    code: 'MIG343',
    name: 'device-packet-section',
    family: 'device-state',
    severity: 'error',
    what: 'packets of device state are for a device that the main channel has no section of, or that takes no packets',
    why: 'A destination looks for the device by idstr and instance id, and refuses packets for one that it does not have. Only VFIO devices take any.',
    fix: 'see that the channels are of one migration',
    cites: [
      {
        function: 'qemu_loadvm_load_state_buffer',
        text: 'Unknown idstr %s or instance id %u for load state buffer',
        versions: '10.0 and later',
      },
      {
        function: 'qemu_loadvm_load_state_buffer',
        text: 'idstr %s / instance %u has no load state buffer operation',
        versions: '10.0 and later',
      },
    ],
    follows: ['multifd-device-packet', 'capture-main', 'truncated', 'unknown-section-type'],
    invariants: ['INV-M113', 'INV-M114'],
  },
  watch({ facts, report }) {
    const sections = new Set<string>();
    const packets = new Map<string, { channel: string; offset: number; length: number; vfio: boolean }>();
    let mains = 0;
    return {
      channel({ name, role }) {
        if (role === 'main') {
          mains++;
          return {
            'section-start': (section) => {
              if (isVfio(section.idstr)) sections.add(sectionName(section));
            },
          };
        }
        if (role !== 'multifd') return undefined;
        return {
          'device-packet': (packet) => {
            const key = sectionName(packet);
            const { offset, length, idstr } = packet;
            if (!packets.has(key)) packets.set(key, { channel: name, offset, length, vfio: isVfio(idstr) });
          },
        };
      },
      end() {
        if (mains === 0) return;
        for (const [section, { vfio, ...place }] of packets) {
          if (!vfio) {
            const cite = devicePacketSection.meta.cites[1]!;
            report({ message: `packets of ${section}, which is no VFIO device`, ...place, section, cite });
          } else if (!sections.has(section) && facts.ended) {
            report({ message: `packets of ${section}, which has no section`, ...place, section });
          }
        }
      },
    };
  },
};
