import { sectionName } from '../../wire/section.js';
import { hex } from '../../finding.js';
import { VFIO_DEVICE_STATE_CONFIG_STATE } from '../../wire/vfio-packet.js';
import { VFIO_MIG_FLAG_DEV_CONFIG_STATE, VFIO_MIG_FLAG_END_OF_STATE } from '../../wire/vfio.js';
import type { Rule } from '../rule.js';

const WORD = 8;
/** Bytes of a piece at most: what the source reads at once (`VFIO_MIG_DEFAULT_DATA_BUFFER_SIZE`). */
const MAX_DATA = 1 << 20;

export const devicePacketForm: Rule = {
  meta: {
    code: 'MIG342',
    name: 'device-packet-form',
    family: 'device-state',
    severity: 'error',
    what: 'the payload of a packet of device state is not as its writer makes it',
    why: 'The configuration of a device is the same bytes as on the main channel, between DEV_CONFIG_STATE and END_OF_STATE; without these words a destination refuses it. Other flags, and pieces over 1 MiB, it takes as they are.',
    fix: 'see whether the channel was damaged',
    cites: [
      {
        function: 'vfio_load_bufs_thread_load_config',
        text: '%s: expected FLAG_DEV_CONFIG_STATE but got %lx',
        versions: '10.0 and later',
      },
      {
        function: 'vfio_load_device_config_state',
        text: '%s: Failed loading device config space, end flag incorrect 0x%lx',
        versions: '10.0 and later',
      },
    ],
    follows: ['multifd-device-packet', 'multifd-magic'],
    invariants: ['INV-M121', 'INV-M131', 'INV-M132'],
  },
  watch({ report }) {
    const end = devicePacketForm.meta.cites[1]!;
    return {
      channel({ name, role }) {
        if (role !== 'multifd') return undefined;
        return {
          'device-packet': (packet) => {
            const { index, flags, config, data, offset, length, payloadLength } = packet;
            const section = sectionName(packet);
            const what = `${section}: packet ${index}`;
            const at = { channel: name, offset, length: length + payloadLength, section };
            if ((flags & ~VFIO_DEVICE_STATE_CONFIG_STATE) !== 0)
              report({
                message: `${what} has flags ${hex(flags)}`,
                ...at,
                severity: 'warning',
                expected: '0x0 or 0x1',
              });
            if (!config) {
              if (data.length > MAX_DATA)
                report({
                  message: `${what} has ${data.length} bytes`,
                  ...at,
                  severity: 'warning',
                  expected: `at most ${MAX_DATA}`,
                });
              return;
            }
            const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
            const first = data.length < WORD ? undefined : view.getBigUint64(0);
            const last = data.length < 2 * WORD ? undefined : view.getBigUint64(data.length - WORD);
            const show = (word: bigint | undefined): string => (word === undefined ? 'nothing' : hex(word));
            if (first !== VFIO_MIG_FLAG_DEV_CONFIG_STATE) {
              const expected = hex(VFIO_MIG_FLAG_DEV_CONFIG_STATE);
              report({
                message: `${what}: configuration begins with ${show(first)}`,
                ...at,
                expected,
                found: show(first),
              });
            } else if (last !== VFIO_MIG_FLAG_END_OF_STATE) {
              const expected = hex(VFIO_MIG_FLAG_END_OF_STATE);
              report({
                message: `${what}: configuration ends with ${show(last)}`,
                ...at,
                expected,
                found: show(last),
                cite: end,
              });
            }
          },
        };
      },
    };
  },
};
