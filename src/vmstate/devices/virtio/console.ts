/** virtio-console and its ports. Writer: `virtio_serial_save_device` (hw/char/virtio-serial-bus.c). */
import type { Cutter } from '../../cutter.js';
import type { VirtioContext, VirtioDevice } from './device.js';
import { cutElement } from './element.js';

const MAX_PORTS = 511;

export const CONSOLE: VirtioDevice = {
  id: 3,
  name: 'console',
  vmsds: ['virtio-console'],
  features: { 0: 'SIZE', 1: 'MULTIPORT', 2: 'EMERG_WRITE' },
  config: [
    ['cols', 'u16'],
    ['rows', 'u16'],
    ['max_nr_ports', 'u32'],
    ['emerg_wr', 'u32'],
  ],
  queue(i) {
    if (i === 2 || i === 3) return i === 2 ? 'ctrl-rx' : 'ctrl-tx';
    const port = i < 2 ? 0 : (i >> 1) - 1;
    return `${i % 2 === 0 ? 'rx' : 'tx'}${port}`;
  },
  part: { vmsd: 'virtio-console', cut: cutConsole },
};

function cutConsole(cut: Cutter, { packed }: VirtioContext): void {
  // These three are in the order of the guest before they are written big-endian: a big-endian guest swaps them.
  const plain = Number(cut.peek('uint32', 4) ?? 0);
  const swapped = plain < 1 || plain > MAX_PORTS;
  const [word, long] = swapped ? (['le16', 'le32'] as const) : (['uint16', 'uint32'] as const);
  cut.integer('cols', word);
  cut.integer('rows', word);
  const ports = cut.integer('max_nr_ports', long);
  cut.check(ports >= 1 && ports <= MAX_PORTS, `the device has ${ports} ports`);
  cut.integers('ports_map', 'uint32', Math.ceil(ports / 32));
  const active = cut.u32('nr_active_ports');
  cut.check(active <= ports, `${active} of ${ports} ports are active`);
  cut.array(
    'ports',
    active,
    () => 'VirtIOSerialPort',
    () => {
      cut.u32('id');
      cut.bool('guest_connected');
      cut.bool('host_connected');
      if (cut.u32('elem_popped') === 0) return;
      cut.u32('iov_idx');
      cut.u64('iov_offset');
      cutElement(cut, 'elem', packed);
    },
  );
}
