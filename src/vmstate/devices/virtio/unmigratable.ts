/**
 * Types of devices that QEMU does not migrate, or that have no state in a stream at all (pmem): they block the migration, or are reset by
 * it. They are here for the names of their features. Source: the virtio specification 1.3 §5.
 */
import { queueNames, type VirtioDevice } from './device.js';

const FEATURES = [
  [
    20,
    'crypto',
    ['virtio-crypto'],
    {
      0: 'REVISION_1',
      1: 'CIPHER_STATELESS_MODE',
      2: 'HASH_STATELESS_MODE',
      3: 'MAC_STATELESS_MODE',
      4: 'AEAD_STATELESS_MODE',
      5: 'AKCIPHER_STATELESS_MODE',
    },
  ],
  [25, 'snd', ['virtio-snd'], { 0: 'CTLS' }],
  [27, 'pmem', [], { 0: 'SHMEM_REGION' }],
  [32, 'scmi', ['vhost-user-scmi'], { 0: 'P2A_CHANNELS', 1: 'SHARED_MEMORY' }],
  [34, 'i2c', ['vhost-user-i2c'], { 0: 'ZERO_LENGTH_REQUEST' }],
  [40, 'bt', [], { 0: 'VND_HCI', 1: 'MSFT_EXT', 2: 'AOSP_EXT', 3: 'CONFIG_V2' }],
  [41, 'gpio', ['vhost-user-gpio'], { 0: 'IRQ' }],
] as const;

export const UNMIGRATABLE: readonly VirtioDevice[] = FEATURES.map(([id, name, vmsds, features]) => ({
  id,
  name,
  vmsds,
  features,
  queue: queueNames(),
}));
