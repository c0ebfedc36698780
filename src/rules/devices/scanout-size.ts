import { fieldOf, structsOf } from '../../vmstate/access.js';
import { undefinedScanouts } from '../../vmstate/devices/virtio/known-faults.js';
import { sectionName } from '../../wire/section.js';
import { placeIn, watchVirtio } from '../device-contents.js';
import type { Rule } from '../rule.js';

/** A fault of QEMU's own: the size of all scanouts but the first is decided by unrelated memory. */
export const scanoutSize: Rule = {
  meta: {
    code: 'MIG407',
    name: 'scanout-size',
    family: 'devices',
    severity: 'info',
    what: 'the scanouts of a virtio-gpu have different sizes',
    why: 'Whether a scanout has 24 bytes of its frame buffer QEMU decides for all but the first by memory that has nothing to do with it. A destination that decides otherwise reads them wrong and gives up.',
    fix: 'give the guest one output (max_outputs=1), or load the stream into the same build with the same configuration',
    cites: [{ function: 'virtio_gpu_save', text: 'Missing section footer for %s', versions: '9.0 and later' }],
    invariants: [],
  },
  needs: ['device-payload'],
  watch({ facts, report }) {
    return watchVirtio(facts, ({ event, state }, channel) => {
      const layout = undefinedScanouts(state, event.payload);
      if (!layout) return;
      const { outputs, withBuffer } = layout;
      const [gpu] = structsOf(state, 'virtio-gpu');
      report({
        message: `section ${sectionName(event)}: ${withBuffer} of ${outputs} scanouts have a frame buffer`,
        ...placeIn(event, channel, fieldOf(gpu, 'scanout')!, 'virtio-gpu > scanout'),
        expected: `all of them or none`,
        found: `${withBuffer}`,
      });
    });
  },
};
