import { sectionName } from '../../wire/section.js';
import type { Rule } from '../rule.js';

interface Place {
  readonly channel: string;
  readonly offset: number;
}

/** A device that sends packets has nothing but END_OF_STATE in its END and FULL sections. */
export const deviceStateOnBoth: Rule = {
  meta: {
    code: 'MIG346',
    name: 'device-state-on-both',
    family: 'device-state',
    severity: 'error',
    what: 'a device has its final state in packets and on the main channel',
    why: 'A device that takes packets refuses its configuration on the main channel, and state there would be put between the packets.',
    fix: 'see that main channel and multifd channels are of one migration',
    cites: [
      {
        function: 'vfio_load_state',
        text: '%s: got DEV_CONFIG_STATE in main migration channel but doing multifd transfer',
        versions: '10.0 and later',
      },
    ],
    invariants: ['INV-M125'],
  },
  watch({ report }) {
    const onMain = new Map<string, Place & { length: number; word: string }>();
    const inPackets = new Map<string, Place>();
    return {
      channel({ name, role }) {
        if (role === 'main') {
          let device: string | undefined;
          return {
            'section-start': (section) => {
              device = section.section === 'end' || section.section === 'full' ? sectionName(section) : undefined;
            },
            record({ name: word, offset, length }) {
              if (device === undefined || onMain.has(device)) return;
              if (word === 'DEV_CONFIG_STATE' || word === 'DEV_DATA_STATE')
                onMain.set(device, { channel: name, offset, length, word });
            },
          };
        }
        if (role !== 'multifd') return undefined;
        return {
          'device-packet': (packet) => {
            const device = sectionName(packet);
            if (!inPackets.has(device)) inPackets.set(device, { channel: name, offset: packet.offset });
          },
        };
      },
      end() {
        for (const [section, packet] of inPackets) {
          const there = onMain.get(section);
          if (!there) continue;
          const { word, ...place } = there;
          const related = [{ message: 'its first packet', ...packet }];
          report({ message: `${word} of ${section}, which has packets as well`, ...place, section, related });
        }
      },
    };
  },
};
