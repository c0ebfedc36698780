/** virtio-input: keyboards, mice, tablets. It saves nothing for itself; see hw/input/virtio-input.c. */
import type { Cutter } from '../../cutter.js';
import { enumeration } from '../../meaning.js';
import { configRows, queueNames, type VirtioContext, type VirtioDevice } from './device.js';

const ID_NAME = 0x01;
const ID_SERIAL = 0x02;
const ID_DEVIDS = 0x03;
const ABS_INFO = 0x12;
const SELECT = enumeration({
  0: 'UNSET',
  [ID_NAME]: 'ID_NAME',
  [ID_SERIAL]: 'ID_SERIAL',
  [ID_DEVIDS]: 'ID_DEVIDS',
  0x10: 'PROP_BITS',
  0x11: 'EV_BITS',
  [ABS_INFO]: 'ABS_INFO',
});

export const INPUT: VirtioDevice = {
  id: 18,
  name: 'input',
  vmsds: ['virtio-input'],
  features: {},
  config: cutConfig,
  queue: queueNames('event', 'status'),
};

/** A window that the driver moves over the descriptions of the device: what it looked at last. */
function cutConfig(cut: Cutter, { littleEndian }: VirtioContext): void {
  const select = cut.u8('select', SELECT);
  cut.u8('subsel');
  const size = cut.u8('size');
  cut.unused('reserved', 5);
  if (size > cut.remaining) cut.fail(`${size} bytes of config are selected`);
  cut.within(size, () => {
    if (select === ID_NAME || select === ID_SERIAL) cut.text('u.string', size);
    else if (select === ID_DEVIDS) cut.tableUpToEnd(configRows(DEVIDS, littleEndian));
    else if (select === ABS_INFO) cut.tableUpToEnd(configRows(ABS, littleEndian));
    else if (size > 0) cut.bytes('u.bitmap', size);
  });
  cut.unused('u.unused', cut.remaining);
}

const DEVIDS = [
  ['u.ids.bustype', 'u16'],
  ['u.ids.vendor', 'u16'],
  ['u.ids.product', 'u16'],
  ['u.ids.version', 'u16'],
] as const;

const ABS = [
  ['u.abs.min', 'u32'],
  ['u.abs.max', 'u32'],
  ['u.abs.fuzz', 'u32'],
  ['u.abs.flat', 'u32'],
  ['u.abs.res', 'u32'],
] as const;
