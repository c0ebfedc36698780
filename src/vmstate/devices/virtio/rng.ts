/** virtio-rng, which saves nothing for itself. See hw/virtio/virtio-rng.c. */
import { queueNames, type VirtioDevice } from './device.js';

export const RNG: VirtioDevice = {
  id: 4,
  name: 'rng',
  vmsds: ['virtio-rng', 'vhost-user-rng'],
  features: {},
  queue: queueNames('request'),
};
