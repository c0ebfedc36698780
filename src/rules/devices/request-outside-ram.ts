import { addressMap, type AddressMap } from '../../model/address-map.js';
import { VIRTIO_F_ACCESS_PLATFORM } from '../../vmstate/devices/virtio/features.js';
import { scsiElements, type VirtioElementFacts } from '../../vmstate/devices/virtio/facts.js';
import { hex } from '../../finding.js';
import { type DeviceEvent, placeIn, scsiState, virtioSection, watchSections } from '../device-contents.js';
import type { Rule, Violation } from '../rule.js';

/** Requests that are kept until the block list is known; each has up to 2048 buffers. */
const MAX_KEPT = 256;
/** No machine has memory from here on. */
const BEYOND = 2 ** 56;

/** A request in flight is of memory that the guest has. */
export const requestOutsideRam: Rule = {
  meta: {
    code: 'MIG405',
    name: 'request-outside-ram',
    family: 'devices',
    severity: 'error',
    what: 'a request in flight has a buffer outside of the memory of the guest',
    why: 'A destination maps the buffers again when it loads the request, and exits where there is no memory.',
    fix: 'the request is damaged, or was read by a layout that it does not have; take the stream again',
    cites: [{ function: 'virtqueue_map_iovec', text: 'virtio: error trying to map MMIO memory', versions: 'all' }],
    invariants: [],
  },
  needs: ['device-payload'],
  watch({ facts, report }) {
    const kept: { readonly violation: Omit<Violation, 'message' | 'found'>; readonly element: VirtioElementFacts }[] =
      [];
    /** A device behind an IOMMU: the addresses are those that its driver has. */
    let translated = false;
    const look = (event: DeviceEvent, channel: string): void => {
      if (facts.guessed || kept.length >= MAX_KEPT) return;
      const virtio = virtioSection(event, facts.machine);
      if (virtio?.facts.features.has(VIRTIO_F_ACCESS_PLATFORM)) translated = true;
      const disk = virtio ? undefined : scsiState(event, facts.machine);
      for (const element of virtio?.facts.elements ?? (disk ? scsiElements(disk, event.payload) : [])) {
        const place = placeIn(event, channel, element, element.path.replaceAll('/', ' > '));
        kept.push({ violation: place, element });
      }
    };
    return {
      ...watchSections(look),
      end() {
        if (translated || kept.length === 0) return;
        const map = addressMap({
          ...(facts.machine !== undefined && { machine: facts.machine }),
          blocks: [...facts.blocks.values()],
        });
        // Memory whose place is not known may be anywhere else.
        const known = map.segments.length > 0 && map.unknown.every(({ block }) => isRom(block));
        for (const { violation, element } of kept) {
          const outside = element.buffers.find(
            ({ address, length }) => address + length > BEYOND || (known && !isInside(map, address, length)),
          );
          if (!outside) continue;
          const { address, length } = outside;
          report({
            ...violation,
            message: `a request in flight of ${violation.section} has a buffer of ${length} bytes at ${hex(address)}, where the guest has no memory`,
            found: hex(address),
          });
        }
      },
    };
  },
};

/** Files of fw_cfg are not in the address space, and no driver takes a ROM for a buffer. */
function isRom(block: string): boolean {
  return block.startsWith('/rom@') || /\.(rom|bios)$/.test(block);
}

function isInside({ segments, hidden }: AddressMap, address: number, length: number): boolean {
  let at = address;
  const end = address + length;
  while (at < end) {
    const segment = [...segments, ...hidden].find((one) => at >= one.address && at < one.address + one.length);
    if (!segment) return false;
    at = segment.address + segment.length;
  }
  return true;
}
