/** virtio-nsm, the security module of AWS Nitro enclaves, since 9.2. Writer: `vmstate_virtio_nsm` (hw/virtio/virtio-nsm.c). */
import { queueNames, type VirtioDevice } from './device.js';

const REGISTERS = 32;
const REGISTER_BYTES = 48;

export const NSM: VirtioDevice = {
  id: 33,
  name: 'nsm',
  vmsds: ['virtio-nsm'],
  features: {},
  queue: queueNames('request'),
  part: {
    vmsd: 'virtio-nsm-device',
    cut(cut) {
      cut.array(
        'pcrs',
        REGISTERS,
        (i) => `PCR${i}`,
        () => {
          cut.bool('locked');
          cut.bytes('data', REGISTER_BYTES);
        },
      );
    },
  },
};
