import { addressMap, type AddressMap } from '../../model/address-map.js';
import { guestMemory } from '../../model/guest-memory.js';
import { WatchedMemory } from '../../model/watched-memory.js';
import type { EventOf } from '../../stream/events.js';
import { PAGE_ZERO } from '../../stream/page-batch.js';
import { fieldOf, structsOf } from '../../vmstate/access.js';
import type { VirtioFacts } from '../../vmstate/devices/virtio/facts.js';
import { type RingProblem, ringProblems } from '../../vmstate/devices/virtio/rings.js';
import { sectionName } from '../../wire/section.js';
import { isVirtioDevice, placeIn, virtioSection } from '../device-contents.js';
import type { Facts } from '../facts.js';
import type { Citation, Rule, Violation } from '../rule.js';

const USED: Citation = {
  function: 'virtio_load',
  text: 'VQ %d size 0x%x < last_avail_idx 0x%x - used_idx 0x%x',
  versions: 'all',
};
const AVAILABLE: Citation = {
  function: 'virtqueue_num_heads, virtio_load',
  text: 'VQ %d size 0x%x Guest index 0x%x inconsistent with Host index 0x%x: delta 0x%x',
  versions: 'all',
};
const OTHER: Citation = { function: 'virtqueue_pop', versions: 'all' };

/** Devices that are followed; no machine has as many. */
const MAX_DEVICES = 1024;

interface Device {
  readonly name: string;
  readonly facts: VirtioFacts;
  /** For findings, by queue: where `last_avail_idx` stands. */
  readonly places: readonly Omit<Violation, 'message'>[];
}

/** The queues of a device fit to the rings in the memory of the guest. */
export const queueRing: Rule = {
  meta: {
    code: 'MIG402',
    name: 'queue-ring',
    family: 'devices',
    severity: 'error',
    what: 'the queue of a virtio device does not fit to its ring in the memory of the guest',
    why: 'RAM and device state are of different moments, or one of them is damaged. A destination refuses a device that has given back more than it took, and loads one that the driver is too far ahead of as broken. Judged for files, where all pages are in the stream and the address of RAM is known for the machine; not for pipes and postcopy.',
    fix: 'look for what comes earlier in the section and has another size than the destination reads; else take the stream again, with the guest stopped for RAM and devices alike',
    cites: [USED, AVAILABLE, OTHER],
    follows: ['*'],
    invariants: ['INV-243'],
  },
  ahead: isVirtioDevice,
  watch({ facts, report }) {
    const devices: Device[] = [];
    let memory: WatchedMemory | undefined;
    let map: AddressMap | undefined;
    /** Pages that were not followed, or that are not those of the moment at which the devices were saved. */
    let unsure = false;
    let contents = false;
    const pages = (batch: Parameters<WatchedMemory['pages']>[0]): void => {
      if (devices.length === 0) return;
      if (!memory || batch.postcopy) unsure = true;
      else memory.pages(batch);
      contents ||= (batch.kinds & ~(1 << PAGE_ZERO)) !== 0;
    };
    return {
      channel({ name: channel, role }) {
        if (role !== 'main') return { pages };
        return {
          pages,
          'device-ahead': (event) => {
            const device = devices.length < MAX_DEVICES ? deviceOf(event, channel, facts.machine) : undefined;
            if (device) devices.push(device);
          },
          'ram-blocks': ({ blocks }) => {
            if (devices.length === 0 || memory) return;
            contents ||= blocks.some(({ mappedRam }) => mappedRam !== undefined && mappedRam.normalPages > 0);
            map = addressMap({
              ...(facts.machine !== undefined && { machine: facts.machine }),
              blocks: [...facts.blocks.values()],
            });
            memory = watching(devices, map);
          },
          'mapped-words': (event) => memory?.mapped(event),
          skipped: () => {
            unsure = true;
          },
        };
      },
      readsContents: () => memory?.watches ?? devices.length > 0,
      wantedWords: () => memory?.words() ?? [],
      end({ complete }) {
        // Without the channels that the pages went through, what is left of RAM is old.
        if (!memory || !map || unsure || !complete || !sure(facts) || !contents) return;
        const read = guestMemory(map, (block, offset, length) => memory!.read(block, offset, length));
        for (const { name, facts: device, places } of devices) {
          for (const problem of ringProblems(device, read)) {
            report({
              ...places[problem.queue]!,
              message: `section ${name}: ${problem.message}`,
              ...(problem.expected !== undefined && { expected: problem.expected }),
              ...(problem.found !== undefined && { found: problem.found }),
              ...(problem.effect === 'accepted' && { severity: 'warning' }),
              cite: citeOf(problem),
            });
          }
        }
      },
    };
  },
};

function sure({ postcopy, colo, guessed }: Facts): boolean {
  return !postcopy && !colo && !guessed;
}

function citeOf({ kind, qemu }: RingProblem): Citation {
  const cite = kind === 'used-index' ? USED : kind === 'avail-index' ? AVAILABLE : OTHER;
  return qemu === undefined ? cite : { ...cite, text: qemu };
}

function deviceOf(event: EventOf<'device-ahead'>, channel: string, machine: string | undefined): Device | undefined {
  const virtio = virtioSection(event, machine);
  if (!virtio?.facts.queues.some(({ desc }) => desc !== 0)) return undefined;
  const places = structsOf(virtio.core, 'queues').map((queue, i) =>
    placeIn(event, channel, fieldOf(queue, 'last_avail_idx')!, `virtio > queues[${i}] > last_avail_idx`),
  );
  return { name: sectionName(event), facts: virtio.facts, places };
}

/** Follows every word that the rings will be asked for: that is what asking them shows. */
function watching(devices: readonly Device[], map: AddressMap): WatchedMemory {
  const memory = new WatchedMemory();
  const asked = guestMemory(map, (block, offset, length) => {
    memory.watch(block, offset, length);
    return undefined;
  });
  for (const { facts } of devices) ringProblems(facts, asked);
  return memory;
}
