/** The layouts that are built in. A new one is a file in this folder and a line here. */
import type { OpaqueLayout } from '../opaque.js';
import { SCSI_REQUESTS } from './scsi-requests.js';
import { VIRTIO_LAYOUTS } from './virtio/index.js';

export const LAYOUTS: readonly OpaqueLayout[] = [...VIRTIO_LAYOUTS, SCSI_REQUESTS];
