/**
 * virtio-pci: the PCI function in front of the device. Writer: `virtio_pci_save_config`, `virtio_pci_save_queue`,
 * `vmstate_virtio_pci` (hw/virtio/virtio-pci.c), `pci_device_save` (hw/pci/pci.c).
 */
import type { Cutter } from '../../cutter.js';
import { cutMsixState, cutPciDevice } from '../pci-device.js';
import { perQueue, type TailContext } from './tail.js';
import type { Transport, TransportState } from './transport.js';
import { NO_VECTOR, VECTOR } from './vector.js';

export const PCI: Transport = {
  name: 'virtio-pci',
  path: /:[0-9a-f]{2}\.[0-9a-f]$/,
  state: (cut) => cut.struct('transport', 'virtio-pci', state),
  queue(cut, { vectors }) {
    if (vectors === 0) return;
    const vector = cut.u16('vector', VECTOR);
    cut.check(vector < vectors || vector === NO_VECTOR, `a queue has vector ${vector} of ${vectors}`);
  },
  extraState(cut, part) {
    cut.subsection('virtio_pci/modern_state', () => modernState(cut, part));
  },
};

function state(cut: Cutter): TransportState {
  // A function is PCI Express where it has that capability; virtio knows no other way.
  const device = cut.struct('pci_dev', 'PCIDevice', () => cutPciDevice(cut));
  cutMsixState(cut, device);
  if (device.vectors > 0) cut.u16('config_vector', VECTOR);
  return { vectors: device.vectors };
}

function modernState(cut: Cutter, part: TailContext): void {
  const { meanings } = part;
  cut.u32('dfselect');
  cut.u32('gfselect');
  cut.u32('guest_features[0]', meanings.low);
  cut.u32('guest_features[1]', meanings.high);
  perQueue(cut, part, 28, () => {
    cut.u16('num');
    cut.unused('unused', 1);
    cut.bool('enabled');
    cut.integers('desc', 'uint32', 2);
    cut.integers('avail', 'uint32', 2);
    cut.integers('used', 'uint32', 2);
  });
  cut.subsection('virtio_pci/modern_state/features128', () => {
    cut.u32('guest_features[2]', meanings.third);
    cut.u32('guest_features[3]', meanings.fourth);
  });
}
