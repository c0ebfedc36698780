import { fieldOf, subsectionOf } from '../../vmstate/access.js';
import { featureName } from '../../vmstate/devices/virtio/features.js';
import { virtioDevice } from '../../vmstate/devices/virtio/index.js';
import { mayOffer } from '../../vmstate/devices/virtio/offered.js';
import { sectionName } from '../../wire/section.js';
import { placeIn, watchVirtio } from '../device-contents.js';
import type { Rule } from '../rule.js';

const WIDE = 32;

/** A driver keeps the features that it negotiated; the destination's device has to offer them. */
export const targetFeatures: Rule = {
  meta: {
    code: 'MIG413',
    name: 'target-features',
    family: 'devices',
    severity: 'error',
    what: 'the driver of a virtio device uses features that the device of the destination does not offer',
    why: 'A running driver cannot be told that a feature is gone: the destination refuses. What a device offers shows in its own stream for the features that have state of their own: virtio 1, packed rings, and all from bit 32 on; of others only the destination knows.',
    fix: 'give the device the properties that it has at the source (disable-modern, packed, the back-end), or turn the features off there before the guest starts',
    cites: [
      {
        function: 'virtio_load',
        text: 'Features 0x%lx unsupported. Allowed features: 0x%lx',
        versions: 'all, in words that vary',
      },
    ],
    invariants: [],
  },
  needs: ['device-payload'],
  watch({ facts, report }) {
    const devices = facts.target.capture?.devices;
    if (!devices) return {};
    return watchVirtio(facts, ({ event, core, facts: { features } }, channel) => {
      const section = sectionName(event);
      const own = devices.get(section)?.virtio;
      if (!own) return;
      const missing = [...features].filter((bit) => !own.features.has(bit) && !mayOffer(own.offered, bit));
      if (missing.length === 0) return;
      const device = virtioDevice(event.idstr);
      const names = missing.sort((a, b) => a - b).map((bit) => featureName(device, bit) ?? `bit ${bit}`);
      const high = fieldOf(subsectionOf(core, 'virtio/64bit_features'), 'guest_features');
      const wide = missing.some((bit) => bit >= WIDE) && high;
      report({
        message: `section ${section}: the device of the destination does not offer ${names.join(', ')}`,
        ...placeIn(
          event,
          channel,
          wide || fieldOf(core, 'guest_features')!,
          `virtio > ${wide ? 'virtio/64bit_features > ' : ''}guest_features`,
        ),
        found: names.join(' '),
      });
    });
  },
};
