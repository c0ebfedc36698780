import { sectionName } from '../../wire/section.js';
import { MIG_CMD_POSTCOPY_ADVISE } from '../../wire/command.js';
import type { Rule } from '../rule.js';

interface Place {
  readonly channel: string;
  readonly offset: number;
}

/** What a source checks before it sends device state in packets (`multifd_device_state_supported`). */
export const devicePacketsBeside: Rule = {
  meta: {
    code: 'MIG345',
    name: 'device-packets-beside',
    family: 'device-state',
    severity: 'warning',
    what: 'packets of device state are beside compression, mapped-ram or postcopy',
    why: 'A source sends device state in packets only without compression and without mapped-ram, and VFIO devices do not migrate with postcopy at all: from LISTEN on a destination aborts when a packet comes.',
    fix: 'see that the channels are of one migration',
    cites: [
      { function: 'multifd_device_state_supported', versions: '10.0 and later' },
      {
        function: 'multifd_recv_thread',
        text: "Assertion `!migration_in_postcopy()' failed",
        versions: '10.1 and later',
      },
    ],
    invariants: ['INV-M070', 'INV-M130'],
  },
  watch({ facts, report }) {
    let packet: (Place & { section: string }) | undefined;
    let compressed: (Place & { method: string }) | undefined;
    let advise: Place | undefined;
    return {
      channel({ name, role }) {
        if (role === 'main') {
          return {
            command({ code, offset, payload }) {
              if (code === MIG_CMD_POSTCOPY_ADVISE && payload.targetPageSize !== undefined)
                advise ??= { channel: name, offset };
            },
          };
        }
        if (role !== 'multifd') return undefined;
        return {
          packet({ method, normalPages, offset }) {
            if (method !== 'none' && normalPages > 0) compressed ??= { channel: name, offset, method };
          },
          'device-packet': (device) => {
            packet ??= { channel: name, offset: device.offset, section: sectionName(device) };
          },
        };
      },
      end() {
        if (!packet) return;
        if (compressed) {
          const { method, ...place } = compressed;
          const related = [{ message: `pages compressed by ${method}`, ...place }];
          report({ message: `packets of device state, and pages compressed by ${method}`, ...packet, related });
        }
        if (facts.capabilities.includes('mapped-ram'))
          report({ message: 'packets of device state, and pages in a mapped-ram file', ...packet });
        if (facts.postcopy && advise) {
          const related = [{ message: 'POSTCOPY_ADVISE', ...advise }];
          const cite = devicePacketsBeside.meta.cites[1]!;
          report({ message: 'packets of device state in postcopy', severity: 'error', cite, ...packet, related });
        }
      },
    };
  },
};
