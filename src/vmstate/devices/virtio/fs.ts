/** vhost-user-fs, migratable since 8.2: the state of its back-end is a subsection of the section, not of this payload. See hw/virtio/vhost-user-fs.c. */
import type { VirtioDevice } from './device.js';

export const FS: VirtioDevice = {
  id: 26,
  name: 'fs',
  vmsds: ['vhost-user-fs'],
  features: { 0: 'NOTIFICATION' },
  config: [
    ['tag', 'text36'],
    ['num_request_queues', 'u32'],
  ],
  queue: (i) => (i === 0 ? 'hiprio' : `request${i - 1}`),
};
