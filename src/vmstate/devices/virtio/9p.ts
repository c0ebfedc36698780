/** virtio-9p, which saves nothing for itself and can only be migrated while nothing is mounted. See hw/9pfs/virtio-9p-device.c. */
import { configRows, queueNames, type VirtioDevice } from './device.js';

export const P9: VirtioDevice = {
  id: 9,
  name: '9p',
  vmsds: ['virtio-9p'],
  features: { 0: 'MOUNT_TAG' },
  config(cut, { littleEndian }) {
    cut.table(configRows([['tag_len', 'u16']], littleEndian));
    if (cut.remaining > 0) cut.text('tag', cut.remaining);
  },
  queue: queueNames('request'),
};
