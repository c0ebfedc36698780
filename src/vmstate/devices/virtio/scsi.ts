/** virtio-scsi and vhost-scsi, which save nothing for themselves: requests in flight are part of their disks. See hw/scsi/virtio-scsi.c. */
import type { VirtioDevice } from './device.js';

export const SCSI: VirtioDevice = {
  id: 8,
  name: 'scsi',
  vmsds: ['virtio-scsi', 'virtio-vhost_scsi', 'vhost-user-scsi'],
  features: { 0: 'INOUT', 1: 'HOTPLUG', 2: 'CHANGE', 3: 'T10_PI' },
  config: [
    ['num_queues', 'u32'],
    ['seg_max', 'u32'],
    ['max_sectors', 'u32'],
    ['cmd_per_lun', 'u32'],
    ['event_info_size', 'u32'],
    ['sense_size', 'u32'],
    ['cdb_size', 'u32'],
    ['max_channel', 'u16'],
    ['max_target', 'u16'],
    ['max_lun', 'u32'],
  ],
  queue: (i) => ['ctrl', 'event'][i] ?? `cmd${i - 2}`,
};
