import { fieldOf } from '../../vmstate/access.js';
import {
  STATUS,
  STATUS_ACKNOWLEDGE,
  STATUS_DRIVER,
  STATUS_DRIVER_OK,
  STATUS_FEATURES_OK,
  VIRTIO_F_VERSION_1,
} from '../../vmstate/devices/virtio/features.js';
import { namesOf } from '../../vmstate/meaning.js';
import { sectionName } from '../../wire/section.js';
import { placeIn, watchVirtio } from '../device-contents.js';
import type { Rule } from '../rule.js';

/** Each step of a driver, and the one before it. */
const STEPS = [
  ['DRIVER_OK', STATUS_DRIVER_OK, 'FEATURES_OK', STATUS_FEATURES_OK],
  ['FEATURES_OK', STATUS_FEATURES_OK, 'DRIVER', STATUS_DRIVER],
  ['DRIVER', STATUS_DRIVER, 'ACKNOWLEDGE', STATUS_ACKNOWLEDGE],
] as const;

/** A driver goes through the status step by step, and only adds bits. */
export const deviceStatus: Rule = {
  meta: {
    code: 'MIG404',
    name: 'device-status',
    family: 'devices',
    severity: 'warning',
    what: 'the status of a virtio device is one that no driver leads to',
    why: 'A destination takes the status over: it starts a device that has DRIVER_OK, and leaves one without it asleep.',
    fix: 'compare the status with what the guest sees; the byte is likely to be damaged',
    cites: [{ function: 'virtio_set_status', versions: 'all' }],
    invariants: [],
  },
  needs: ['device-payload'],
  watch({ facts, report }) {
    return watchVirtio(facts, ({ event, core, facts: { features, status } }, channel) => {
      // Drivers of legacy devices set what they like.
      if (!features.has(VIRTIO_F_VERSION_1)) return;
      const missing = STEPS.find(([, bit, , before]) => (status & bit) !== 0 && (status & before) === 0);
      if (!missing) return;
      const [has, , lacks] = missing;
      report({
        message: `section ${sectionName(event)} has the status ${has} without ${lacks}`,
        ...placeIn(event, channel, fieldOf(core, 'status')!, 'virtio > status'),
        expected: lacks,
        found: `0x${status.toString(16)} ${namesOf(STATUS, status).join(' ')}`,
      });
    });
  },
};
