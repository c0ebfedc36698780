/** vhost-vsock, whose connections stay behind. See hw/virtio/vhost-vsock.c. */
import { queueNames, type VirtioDevice } from './device.js';

export const VSOCK: VirtioDevice = {
  id: 19,
  name: 'vsock',
  vmsds: ['virtio-vhost_vsock', 'vhost-user-vsock'],
  features: { 1: 'SEQPACKET' },
  config: [['guest_cid', 'u64']],
  queue: queueNames('rx', 'tx', 'event'),
};
