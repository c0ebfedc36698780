import { fieldOf, subsectionOf } from '../../vmstate/access.js';
import {
  featureName,
  missingFeatures,
  STATUS_DRIVER_OK,
  STATUS_FEATURES_OK,
} from '../../vmstate/devices/virtio/features.js';
import { virtioDevice } from '../../vmstate/devices/virtio/index.js';
import { sectionName } from '../../wire/section.js';
import { placeIn, watchVirtio } from '../device-contents.js';
import type { Rule } from '../rule.js';

/** A feature that builds on another is only taken together with it. */
export const featureDependency: Rule = {
  meta: {
    code: 'MIG403',
    name: 'feature-dependency',
    family: 'devices',
    severity: 'warning',
    what: 'a virtio device has a feature without the one that it builds on',
    why: 'A destination takes over whatever its device offers. No driver may accept such a pair of features, so that a bit of the word is likely to be damaged.',
    fix: 'compare the features with those that the guest sees; take the stream again',
    cites: [{ function: 'virtio_set_features_nocheck_maybe_co', versions: 'all, under names that vary' }],
    invariants: [],
  },
  needs: ['device-payload'],
  watch({ facts, report }) {
    return watchVirtio(facts, ({ event, core, facts: { features, status } }, channel) => {
      // Until it says that it is done, a driver may be in the middle of writing the words.
      if ((status & (STATUS_FEATURES_OK | STATUS_DRIVER_OK)) === 0) return;
      const device = virtioDevice(event.idstr);
      const name = (bit: number): string => featureName(device, bit) ?? `bit ${bit}`;
      const high = fieldOf(subsectionOf(core, 'virtio/64bit_features'), 'guest_features');
      const low = fieldOf(core, 'guest_features')!;
      for (const { feature, needs } of missingFeatures(device, features)) {
        const wanted = needs.map(name).join(' or ');
        const wide = feature >= 32 && high;
        report({
          message: `section ${sectionName(event)} has the feature ${name(feature)} without ${wanted}`,
          ...placeIn(event, channel, wide || low, `virtio > ${wide ? 'virtio/64bit_features > ' : ''}guest_features`),
          expected: wanted,
          found: [...features]
            .sort((a, b) => a - b)
            .map(name)
            .join(' '),
        });
      }
    });
  },
};
