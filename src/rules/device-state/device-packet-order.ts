import { sectionName } from '../../wire/section.js';
import { PageSets } from '../page-sets.js';
import type { Rule } from '../rule.js';

export const devicePacketOrder: Rule = {
  meta: {
    code: 'MIG341',
    name: 'device-packet-order',
    family: 'device-state',
    severity: 'error',
    what: 'a device has two packets with one index, two with its configuration, or packets behind that',
    why: 'A destination refuses an index that is there already, and aborts on one that it has loaded. A second configuration moves the end of the state; packets with a higher index are never loaded, and nothing says so.',
    fix: 'see that the channels are of one migration, and none is there twice',
    cites: [
      { function: 'vfio_load_state_buffer', text: '%s: state buffer %u already filled', versions: '10.0 and later' },
      { function: 'vfio_load_bufs_thread', versions: '10.0 and later' },
    ],
    follows: ['capture-multifd', 'multifd-magic'],
    invariants: ['INV-M118', 'INV-M120'],
  },
  watch({ report }) {
    interface Place {
      readonly channel: string;
      readonly offset: number;
    }
    interface Device {
      config: (Place & { readonly index: number }) | undefined;
      highest: Place & { readonly index: number };
    }
    const indexes = new PageSets(false);
    const devices = new Map<string, Device>();
    return {
      channel({ name, role }) {
        if (role !== 'multifd') return undefined;
        return {
          'device-packet': (packet) => {
            const section = sectionName(packet);
            const { index, offset, length } = packet;
            const at = { channel: name, offset, length, section };
            const place = { channel: name, offset, index };
            let device = devices.get(section);
            if (!device) {
              devices.set(section, (device = { config: undefined, highest: place }));
            }
            const seen = indexes.of(section);
            if (seen.has(index)) report({ message: `${section}: a second packet ${index}`, ...at });
            seen.set(index);
            if (index > device.highest.index) device.highest = place;
            if (!packet.config) return;
            if (device.config) {
              report({
                message: `${section}: packet ${index} is a second configuration`,
                ...at,
                related: [{ message: `packet ${device.config.index} is the first one`, ...device.config }],
              });
            } else device.config = place;
          },
        };
      },
      end() {
        for (const [section, { config, highest }] of devices) {
          if (!config || highest.index <= config.index) continue;
          report({
            message: `${section}: packet ${highest.index} behind the configuration, which is packet ${config.index}`,
            channel: highest.channel,
            offset: highest.offset,
            section,
            cite: devicePacketOrder.meta.cites[1]!,
            related: [{ message: 'the configuration', channel: config.channel, offset: config.offset }],
          });
        }
      },
    };
  },
};
