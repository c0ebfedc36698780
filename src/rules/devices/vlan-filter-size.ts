import { grownVlans } from '../../vmstate/devices/virtio/known-faults.js';
import { virtioDevice } from '../../vmstate/devices/virtio/index.js';
import { NET } from '../../vmstate/devices/virtio/net.js';
import { sectionName } from '../../wire/section.js';
import { placeIn, watchVirtio } from '../device-contents.js';
import type { Rule } from '../rule.js';

/** A field that grew within an opaque payload, without a new version. */
export const vlanFilterSize: Rule = {
  meta: {
    code: 'MIG411',
    name: 'vlan-filter-size',
    family: 'devices',
    severity: 'error',
    what: 'the VLAN filter of a virtio-net has another size than every release reads',
    why: 'A release candidate of 10.2 wrote 16384 bytes where releases write 512, with the same version. A release reads what follows at the wrong place: it complains about a virtqueue, or misses the footer.',
    fix: 'load it into the build that wrote it, and migrate from there with a release; or save the guest again with a release',
    cites: [
      {
        function: 'virtio_load',
        text: 'VQ %d size 0x%x < last_avail_idx 0x%x - used_idx 0x%x',
        versions: 'all releases',
      },
      { function: 'check_section_footer', text: 'Missing section footer for %s', versions: 'all releases' },
    ],
    invariants: [],
  },
  needs: ['device-payload'],
  watch({ facts, report }) {
    return watchVirtio(facts, ({ event, core }, channel) => {
      const { idstr, version, payload } = event;
      if (virtioDevice(idstr) !== NET) return;
      const machine = facts.machine === undefined ? {} : { machine: facts.machine };
      const vlans = grownVlans(core, payload, { idstr, sectionVersion: version, ...machine });
      if (!vlans) return;
      const { version: target } = facts.target;
      const reader = target === undefined ? 'every release' : `QEMU ${target}`;
      report({
        message: `section ${sectionName(event)}: vlans of virtio-net-device has ${vlans.size} bytes, ${reader} reads ${vlans.expected}`,
        ...placeIn(event, channel, vlans, 'virtio > device > vlans'),
        expected: `${vlans.expected} bytes`,
        found: `${vlans.size} bytes`,
      });
    });
  },
};
