import { packedElementsInFlight, packedScsiRequests } from '../../vmstate/devices/virtio/known-faults.js';
import { sectionName } from '../../wire/section.js';
import { placeIn, scsiState, virtioSection, watchSections } from '../device-contents.js';
import type { Rule } from '../rule.js';

/** A fault of QEMU's own: what it writes of a request in flight it reads in another order. */
export const elementOfPackedDevice: Rule = {
  meta: {
    code: 'MIG406',
    name: 'element-of-packed-device',
    family: 'devices',
    severity: 'error',
    what: 'a device that offers packed rings has a request in flight',
    why: 'QEMU writes the number of descriptors before the request and reads it behind: no destination can load the stream.',
    fix: 'start the guest with packed=off, or migrate when the device is idle: disks without a failed request, ports that are read',
    cites: [
      {
        function: 'qemu_get_virtqueue_element',
        text: 'virtio: error trying to map MMIO memory',
        versions: '4.2 and later',
      },
    ],
    invariants: [],
  },
  needs: ['device-payload'],
  watch({ facts, report }) {
    return watchSections((event, channel) => {
      if (facts.guessed) return;
      const virtio = virtioSection(event, facts.machine);
      const disk = virtio ? undefined : scsiState(event, facts.machine);
      const elements = virtio
        ? packedElementsInFlight(virtio.facts)
        : disk
          ? packedScsiRequests(disk, event.payload)
          : [];
      for (const { path, ...place } of elements) {
        report({
          message: `section ${sectionName(event)} has a request in flight, and the device offers packed rings`,
          ...placeIn(event, channel, place, path.replaceAll('/', ' > ')),
        });
      }
    });
  },
};
