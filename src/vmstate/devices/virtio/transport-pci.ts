/**
 * virtio-pci: the PCI function in front of the device. Writer: `virtio_pci_save_config`, `virtio_pci_save_queue`,
 * `vmstate_virtio_pci` (hw/virtio/virtio-pci.c), `pci_device_save` (hw/pci/pci.c).
 */
import type { Cutter } from '../../cutter.js';
import { perQueue, type TailContext } from './tail.js';
import type { Transport, TransportState } from './transport.js';
import { NO_VECTOR, VECTOR } from './vector.js';

const CONVENTIONAL_BYTES = 256;
const EXPRESS_BYTES = 4096;
const CAP_EXPRESS = 0x10;
const CAP_MSIX = 0x11;

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
  const config = cut.struct('pci_dev', 'PCIDevice', () => {
    const version = cut.u32('version_id');
    cut.check(version <= 2, `PCIDevice has version ${version}`);
    // A function is PCI Express where it has that capability; virtio knows no other way.
    const size =
      capability(cut.look(CONVENTIONAL_BYTES), CAP_EXPRESS) === undefined ? CONVENTIONAL_BYTES : EXPRESS_BYTES;
    const bytes = cut.look(size);
    cut.opaque('config', 'pci config', size);
    for (let pin = 0; pin < 4; pin++) {
      const level = cut.peek('uint32', 4 * pin);
      cut.check(level === 0 || level === 1, `the level of an interrupt pin is ${level}`, cut.at + 4 * pin);
    }
    cut.integers('irq_state', 'uint32', 4);
    return bytes;
  });
  const msix = capability(config, CAP_MSIX);
  if (msix === undefined) return { vectors: 0 };
  const vectors = ((config[msix + 2]! | (config[msix + 3]! << 8)) & 0x7ff) + 1;
  cut.opaque('msix', 'msix state', 16 * vectors + Math.ceil(vectors / 8));
  cut.u16('config_vector', VECTOR);
  return { vectors };
}

/** Where a capability stands in the list of a config space; undefined where it has none or the list is damaged. */
function capability(config: Uint8Array, id: number): number | undefined {
  if ((config[6]! & 0x10) === 0) return undefined;
  let at = config[0x34]! & 0xfc;
  for (let steps = 0; at >= 0x40 && at <= 0xfc && steps < 48; steps++) {
    if (config[at] === id) return at;
    at = config[at + 1]! & 0xfc;
  }
  return undefined;
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
