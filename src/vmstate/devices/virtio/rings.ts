/**
 * Whether the queues of a virtio device agree with themselves, and with the rings in the guest's memory.
 *
 * It is what `virtio_load` (hw/virtio/virtio.c) checks on the destination, before the guest runs; of packed rings QEMU checks nothing, and here their
 * numbers are held against each other.
 */
import type { VirtioFacts, VirtioQueueFacts } from './facts.js';
import { VIRTIO_F_ACCESS_PLATFORM, VIRTIO_F_RING_PACKED } from './features.js';

/**
 * Reads guest-physical memory as it is when the device is loaded: exactly `length` bytes, or undefined where they are not known (pages that the capture does not
 * have, addresses outside of RAM or in parts of it that have no known place).
 */
export type GuestMemory = (address: number, length: number) => Uint8Array | undefined;

export interface RingProblem {
  readonly kind:
    | 'no-ring'
    | 'ring-size'
    | 'avail-index'
    | 'used-index'
    | 'packed-index'
    | 'packed-inuse'
    | 'packed-ring'
    | 'elements';
  /** Number and name of the queue. */
  readonly queue: number;
  readonly name: string;
  /** What a destination does: refuses the stream, loads it with a device that is broken, or takes it as it is. */
  readonly effect: 'refused' | 'broken' | 'accepted';
  readonly message: string;
  /** What QEMU prints, with the numbers in place. */
  readonly qemu?: string;
  readonly expected?: string;
  readonly found?: string;
}

const WRAP = 0x10000;
const hex = (value: number): string => value.toString(16);

/** What the state of the device alone shows. */
export function queueProblems(facts: VirtioFacts): RingProblem[] {
  const packed = facts.features.has(VIRTIO_F_RING_PACKED);
  return facts.queues.flatMap((queue, i) => {
    const problems: RingProblem[] = [];
    const add = (problem: Omit<RingProblem, 'queue' | 'name'>): void => {
      problems.push({ queue: i, name: queue.name, ...problem });
    };
    if (queue.desc === 0) {
      if (queue.lastAvailIdx !== 0) {
        add({
          kind: 'no-ring',
          effect: 'refused',
          message: `queue ${queue.name} has no ring and takes requests from 0x${hex(queue.lastAvailIdx)} on`,
          qemu: `VQ ${i} address 0x0 inconsistent with Host index 0x${hex(queue.lastAvailIdx)}`,
        });
      }
      return problems;
    }
    if (packed) packedProblems(queue, add);
    else if ((queue.num & (queue.num - 1)) !== 0) {
      add({
        kind: 'ring-size',
        effect: 'accepted',
        message: `queue ${queue.name} has ${queue.num} entries`,
        expected: 'a power of two',
        found: `${queue.num}`,
      });
    }
    return problems;
  });
}

type Add = (problem: Omit<RingProblem, 'queue' | 'name'>) => void;

function packedProblems({ name, num, lastAvailIdx, packed }: VirtioQueueFacts, add: Add): void {
  if (!packed) return;
  const index = (what: string, value: number): void => {
    if (value < num) return;
    const message = `${what} of queue ${name} is ${value}, and the ring has ${num} entries`;
    add({ kind: 'packed-index', effect: 'accepted', message, expected: `below ${num}`, found: `${value}` });
  };
  index('last_avail_idx', packed.lastAvailIdx);
  index('used_idx', packed.usedIdx);
  if (lastAvailIdx !== packed.lastAvailIdx) {
    add({
      kind: 'packed-index',
      effect: 'accepted',
      message: `last_avail_idx of queue ${name} is saved twice and differs`,
      expected: `${packed.lastAvailIdx}`,
      found: `${lastAvailIdx}`,
    });
  }
  const lap = packed.lastAvailWrap === packed.usedWrap ? 0 : num;
  const taken = packed.lastAvailIdx + lap - packed.usedIdx;
  if (taken !== packed.inuse) {
    add({
      kind: 'packed-inuse',
      effect: 'accepted',
      message: `queue ${name} says ${packed.inuse} descriptors in use, its indices ${taken}`,
      expected: `${taken}`,
      found: `${packed.inuse}`,
    });
  }
}

/**
 * What the rings in memory show. Rings whose memory is not known are passed over, and so are all rings of a device behind an IOMMU: their
 * addresses are not guest-physical.
 */
export function ringProblems(facts: VirtioFacts, memory: GuestMemory): RingProblem[] {
  if (facts.features.has(VIRTIO_F_ACCESS_PLATFORM)) return [];
  const packed = facts.features.has(VIRTIO_F_RING_PACKED);
  return facts.queues.flatMap((queue, i) =>
    packed ? packedRingProblems(queue, i, memory) : splitProblems(facts, queue, i, memory),
  );
}

const DESCRIPTOR_BYTES = 16;
const DESCRIPTOR_FLAGS = 14;
const F_AVAIL = 1 << 7;
const F_USED = 1 << 15;

/**
 * The descriptor that the device takes next is available, or as the lap before left it. When it is marked used in this lap, the memory is of a later
 * time than the device.
 */
function packedRingProblems(
  { name, num, desc, packed }: VirtioQueueFacts,
  queue: number,
  memory: GuestMemory,
): RingProblem[] {
  if (desc === 0 || !packed || packed.lastAvailIdx >= num) return [];
  const bytes = memory(desc + DESCRIPTOR_BYTES * packed.lastAvailIdx + DESCRIPTOR_FLAGS, 2);
  if (bytes?.length !== 2) return [];
  const flags = bytes[0]! | (bytes[1]! << 8);
  const wrap = packed.lastAvailWrap;
  if (((flags & F_AVAIL) !== 0) !== wrap || ((flags & F_USED) !== 0) !== wrap) return [];
  const message = `descriptor ${packed.lastAvailIdx} of queue ${name}, which the device takes next, is marked used in this lap`;
  return [{ kind: 'packed-ring', queue, name, effect: 'accepted', message, found: `flags 0x${hex(flags)}` }];
}

/** The index stands behind two bytes of flags, in both rings. */
function indexAt(address: number, memory: GuestMemory, littleEndian: boolean): number | undefined {
  const bytes = memory(address + 2, 2);
  if (bytes?.length !== 2) return undefined;
  return littleEndian ? bytes[0]! | (bytes[1]! << 8) : (bytes[0]! << 8) | bytes[1]!;
}

function splitProblems(facts: VirtioFacts, queue: VirtioQueueFacts, i: number, memory: GuestMemory): RingProblem[] {
  const { name, num, desc, avail, used, lastAvailIdx } = queue;
  if (desc === 0) return [];
  const problems: RingProblem[] = [];
  const guest = indexAt(avail, memory, facts.littleEndian);
  if (guest !== undefined) {
    const heads = (guest - lastAvailIdx + WRAP) % WRAP;
    if (heads > num) {
      problems.push({
        kind: 'avail-index',
        queue: i,
        name,
        effect: 'broken',
        message: `the driver has made ${guest} requests available on queue ${name}, the device has taken ${lastAvailIdx}: ${heads} wait in a ring of ${num}`,
        qemu: `VQ ${i} size 0x${hex(num)} Guest index 0x${hex(guest)} inconsistent with Host index 0x${hex(lastAvailIdx)}: delta 0x${hex(heads)}`,
      });
    }
  }
  const returned = indexAt(used, memory, facts.littleEndian);
  if (returned === undefined) return problems;
  const inuse = (lastAvailIdx - returned + WRAP) % WRAP;
  if (inuse > num) {
    problems.push({
      kind: 'used-index',
      queue: i,
      name,
      effect: 'refused',
      message: `the device has taken ${lastAvailIdx} requests of queue ${name} and given back ${returned}: ${inuse} are in use in a ring of ${num}`,
      qemu: `VQ ${i} size 0x${hex(num)} < last_avail_idx 0x${hex(lastAvailIdx)} - used_idx 0x${hex(returned)}`,
    });
  }
  const saved = facts.elements.filter((element) => element.queue === i).length;
  if (inuse <= num && saved > inuse) {
    problems.push({
      kind: 'elements',
      queue: i,
      name,
      effect: 'accepted',
      message: `the device saves ${saved} requests in flight of queue ${name}, and the ring has ${inuse}`,
      expected: `up to ${inuse}`,
      found: `${saved}`,
    });
  }
  return problems;
}
