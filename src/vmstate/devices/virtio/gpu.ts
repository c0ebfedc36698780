/** virtio-gpu: what the core has of it. Its resources and scanouts are a field of their own, `gpu-state.ts`. See hw/display/virtio-gpu.c. */
import { bits } from '../../meaning.js';
import { queueNames, type VirtioDevice } from './device.js';

const EVENTS = bits({ 0: 'DISPLAY' });

export const GPU: VirtioDevice = {
  id: 16,
  name: 'gpu',
  vmsds: ['virtio-gpu'],
  features: { 0: 'VIRGL', 1: 'EDID', 2: 'RESOURCE_UUID', 3: 'RESOURCE_BLOB', 4: 'CONTEXT_INIT', 5: 'BLOB_ALIGNMENT' },
  config: [
    ['events_read', 'u32', EVENTS],
    ['events_clear', 'u32', EVENTS],
    ['num_scanouts', 'u32'],
    ['num_capsets', 'u32'],
    // Seen in 11.1.
    ['blob_alignment', 'u32'],
  ],
  queue: queueNames('ctrl', 'cursor'),
};
