import { sectionName } from '../../wire/section.js';
import type { Rule } from '../rule.js';
import { PageSets } from '../page-sets.js';

/** Holes that are named. */
const MAX_HOLES = 5;

/** The load thread of a device takes packet after packet by their indexes, and ends behind its configuration. */
export const devicePacketsMissing: Rule = {
  meta: {
    code: 'MIG340',
    name: 'device-packets-missing',
    family: 'device-state',
    severity: 'error',
    what: 'packets of the state of a device are missing',
    why: 'A destination puts the packets of a device in the order of their indexes and waits for each; the one with the configuration is the last. Without one of them it waits for ever, although the main channel is whole and the source reports that it has completed.',
    fix: 'turn the return-path capability on: without it a source can close the channels while packets wait to be sent; else see that all channels were captured to their ends',
    cites: [{ function: 'vfio_load_bufs_thread', versions: '10.0 and later' }],
    follows: ['truncated', 'multifd-channel-missing', 'multifd-magic', 'multifd-device-packet', 'sync-count'],
    invariants: ['INV-M119', 'INV-M120'],
  },
  watch({ facts, report }) {
    interface Device {
      last: { index: number; channel: string; offset: number; length: number };
      config: number | undefined;
    }
    const indexes = new PageSets(true);
    const devices = new Map<string, Device>();
    return {
      channel({ name, role }) {
        if (role !== 'multifd') return undefined;
        return {
          'device-packet': (packet) => {
            const key = sectionName(packet);
            const { index, offset, length } = packet;
            const at = { index, channel: name, offset, length };
            let device = devices.get(key);
            if (!device) devices.set(key, (device = { last: at, config: undefined }));
            indexes.of(key).set(index);
            if (index >= device.last.index) device.last = at;
            if (packet.config) device.config = index;
          },
        };
      },
      end() {
        for (const [device, { last, config }] of devices) {
          const { index, ...place } = last;
          const holes = [...indexes.of(device).unset(index)];
          // Where the source has stopped, what else is missing is not the fault of the packets.
          if (holes.length === 0 && (config !== undefined || !facts.ended)) continue;
          const named = holes
            .slice(0, MAX_HOLES)
            .map(([from, to]) => (from + 1 === to ? `${from}` : `${from} to ${to - 1}`));
          const which = named.join(', ') + (holes.length > MAX_HOLES ? ' and others' : '');
          const parts = [
            ...(holes.length > 0 ? [`no packet ${which}`] : []),
            ...(config === undefined ? ['no packet with the configuration'] : []),
          ];
          report({
            message: `${device}: ${parts.join(' and ')}; the last one is ${index}`,
            ...place,
            section: device,
            expected: 'every index from 0, and the configuration last',
          });
        }
      },
    };
  },
};
