/**
 * Vendor-specific capabilities; those of virtio say where in the BARs its structures stand. Source: Virtual I/O Device specification
 * 1.3 §4.1.4. Writer: `virtio_pci_add_mem_cap` (hw/virtio/virtio-pci.c).
 */
import { enumeration } from '../../meaning.js';
import { register, u } from '../register.js';
import type { CapabilityKind } from './capability.js';

const VIRTIO_VENDOR = 0x1af4;
const FIRST_VIRTIO_DEVICE = 0x1000;
const LAST_VIRTIO_DEVICE = 0x107f;

const NOTIFY = 2;
const PCI_CFG = 5;
const SHARED_MEMORY = 8;

const CFG_TYPES = {
  1: 'COMMON_CFG',
  2: 'NOTIFY_CFG',
  3: 'ISR_CFG',
  4: 'DEVICE_CFG',
  5: 'PCI_CFG',
  8: 'SHARED_MEMORY_CFG',
  9: 'VENDOR_CFG',
};
const CFG_TYPE = enumeration(CFG_TYPES);

/** Virtio's own capabilities; ivshmem and QEMU's other devices with this vendor have none. */
function isVirtio(space: Uint8Array): boolean {
  const device = u(space, 2, 2);
  return u(space, 0, 2) === VIRTIO_VENDOR && device >= FIRST_VIRTIO_DEVICE && device <= LAST_VIRTIO_DEVICE;
}

export const VENDOR_SPECIFIC: CapabilityKind = {
  id: 0x09,
  name: 'vendor-specific',
  title: (space, offset) => {
    if (!isVirtio(space)) return 'vendor-specific';
    const name = (CFG_TYPES as Partial<Record<number, string>>)[u(space, offset + 3, 1)];
    return name === undefined ? 'virtio' : `virtio ${name}`;
  },
  size: (space, offset) => Math.max(3, u(space, offset + 2, 1)),
  registers: (space, offset) => {
    const length = u(space, offset + 2, 1);
    if (!isVirtio(space)) {
      return [register(2, 1, 'length'), ...(length > 3 ? [register(3, length - 3, 'data')] : [])];
    }
    const type = u(space, offset + 3, 1);
    return [
      register(2, 1, 'length'),
      register(3, 1, 'cfg_type', CFG_TYPE),
      register(4, 1, 'bar'),
      register(5, 1, 'cfg id'),
      register(8, 4, 'offset'),
      register(12, 4, 'length in BAR'),
      ...(type === NOTIFY ? [register(16, 4, 'notify_off_multiplier')] : []),
      ...(type === PCI_CFG ? [register(16, 4, 'pci_cfg_data')] : []),
      ...(type === SHARED_MEMORY ? [register(16, 4, 'offset upper'), register(20, 4, 'length upper')] : []),
    ];
  },
  masks: (space, offset) =>
    isVirtio(space) && u(space, offset + 3, 1) === PCI_CFG
      ? [
          { offset: 4, size: 1, write: 0xff },
          { offset: 8, size: 4, write: 0xffff_ffff },
          { offset: 12, size: 4, write: 0xffff_ffff },
          { offset: 16, size: 4, write: 0xffff_ffff },
        ]
      : [],
};
