/** The layouts that are built in. A new one is a file in this folder and a line here. */
import type { OpaqueLayout } from '../opaque.js';
import { MSIX_STATE } from './msix-state.js';
import { PCI_CONFIG, PCI_IRQ_STATE } from './pci-config.js';
import { SCSI_REQUESTS } from './scsi-requests.js';
import { SHPC } from './shpc.js';
import { VFIO_CONFIG } from './vfio-config.js';
import { VIRTIO_LAYOUTS } from './virtio/index.js';

export const LAYOUTS: readonly OpaqueLayout[] = [
  ...VIRTIO_LAYOUTS,
  SCSI_REQUESTS,
  PCI_CONFIG,
  PCI_IRQ_STATE,
  MSIX_STATE,
  SHPC,
  VFIO_CONFIG,
];
