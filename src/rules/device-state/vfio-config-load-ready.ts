import { sectionName } from '../../wire/section.js';
import { compareVersions } from '../../wire/versions.js';
import type { Rule } from '../rule.js';

/** The word lets a destination load the configuration that came in a packet, behind all other devices. */
export const vfioConfigLoadReady: Rule = {
  meta: {
    code: 'MIG349',
    name: 'vfio-config-load-ready',
    family: 'device-state',
    severity: 'error',
    what: 'DEV_CONFIG_LOAD_READY comes twice, without packets of its device, or to a destination that does not know it',
    why: 'A destination takes the word once, from a device that sends packets, when its own x-migration-load-config-after-iter is on (10.1 and later). Anything else it refuses.',
    fix: 'set x-migration-load-config-after-iter and x-migration-multifd-transfer alike on both sides',
    cites: [
      {
        function: 'vfio_load_state_config_load_ready',
        text: '%s: got DEV_CONFIG_LOAD_READY outside multifd transfer',
        versions: '10.1 and later',
      },
      {
        function: 'vfio_load_state_config_load_ready',
        text: '%s: duplicate DEV_CONFIG_LOAD_READY',
        versions: '10.1 and later',
      },
      { function: 'vfio_load_state', text: '%s: Unknown tag 0x%lx', versions: 'up to 10.0' },
    ],
    follows: ['truncated', 'multifd-channel-missing', 'multifd-magic'],
    invariants: ['INV-M129'],
  },
  watch({ facts, report }) {
    const { version } = facts.target;
    const old = version !== undefined && compareVersions(version, '10.1') < 0;
    const [, twice, unknown] = vfioConfigLoadReady.meta.cites;
    const ready = new Map<string, { channel: string; offset: number; length: number; section: string }>();
    const packets = new Set<string>();
    return {
      channel({ name, role }) {
        if (role === 'main') {
          let section = '';
          return {
            'section-start': (start) => {
              section = sectionName(start);
            },
            record({ name: word, offset, length }) {
              if (word !== 'DEV_CONFIG_LOAD_READY') return;
              const at = { channel: name, offset, length, section };
              const earlier = ready.get(section);
              if (earlier) {
                const related = [{ message: 'the first one', channel: name, offset: earlier.offset }];
                report({ message: `a second ${word} of ${section}`, ...at, ...(twice && { cite: twice }), related });
                return;
              }
              ready.set(section, at);
              if (old && unknown)
                report({ message: `${word} of ${section}, which ${version} does not know`, ...at, cite: unknown });
            },
          };
        }
        if (role !== 'multifd') return undefined;
        return {
          'device-packet': (packet) => {
            packets.add(sectionName(packet));
          },
        };
      },
      end() {
        // A main channel alone does not show the packets.
        if (!facts.several) return;
        for (const [section, at] of ready) {
          if (!packets.has(section))
            report({ message: `DEV_CONFIG_LOAD_READY of ${section}, which has no packets`, ...at });
        }
      },
    };
  },
};
