/** What a decoded virtio device says of itself, gathered from where it is saved: for the checks of rules and of comparisons. */
import { fieldOf, numberOf, numbersOf, structsOf, subsectionOf, valueOf } from '../../access.js';
import type { StructNode } from '../../decode.js';
import { isBigEndianMachine } from '../../../wire/byte-order.js';
import { featureBits, VIRTIO_F_VERSION_1 } from './features.js';

/** The alignment of legacy rings on transports that do not say it: VIRTIO_PCI_VRING_ALIGN, and the same on channel I/O. */
const DEFAULT_ALIGN = 4096;
const BIG_ENDIAN = 2;

export interface VirtioFacts {
  readonly status: number;
  /** Negotiated features by bit number. */
  readonly features: ReadonlySet<number>;
  /** The host offers packed rings. */
  readonly offersPacked: boolean;
  /** The byte order of the rings. */
  readonly littleEndian: boolean;
  readonly queues: readonly VirtioQueueFacts[];
  /** Requests in flight that the device itself saves. */
  readonly elements: readonly VirtioElementFacts[];
}

export interface VirtioQueueFacts {
  readonly name: string;
  /** Entries of the ring. */
  readonly num: number;
  /** Guest-physical addresses of its parts; 0 where the queue is not set up. Those of legacy drivers follow from the first. */
  readonly desc: number;
  readonly avail: number;
  readonly used: number;
  readonly lastAvailIdx: number;
  /** State of the ring where the host offers packed ones. */
  readonly packed?: {
    readonly lastAvailIdx: number;
    readonly lastAvailWrap: boolean;
    readonly usedIdx: number;
    readonly usedWrap: boolean;
    readonly inuse: number;
  };
}

export interface VirtioElementFacts {
  /** The path of the element within the device. */
  readonly path: string;
  /** The queue that it is of, where the device says it or has one only. */
  readonly queue?: number;
  /** Where it stands in the payload. */
  readonly start: number;
  readonly size: number;
  /** The guest's buffers. */
  readonly buffers: readonly { readonly address: number; readonly length: number }[];
}

/** Gathers the facts of a section. @returns undefined where it is no virtio device, or its core stays bytes */
export function virtioFacts(state: StructNode, payload: Uint8Array, machine?: string): VirtioFacts | undefined {
  const [core] = structsOf(state, 'virtio');
  const status = numberOf(core, 'status', payload);
  if (core?.vmsdName !== 'virtio' || status === undefined) return undefined;
  const tail = (name: string): StructNode | undefined => subsectionOf(core, `virtio/${name}`);
  const features = new Set([
    ...featureBits(numberOf(core, 'guest_features', payload) ?? 0),
    ...featureBits(wide(tail('64bit_features'), payload)),
    ...featureBits(wide(tail('128bit_features'), payload), 64),
  ]);
  const modern = features.has(VIRTIO_F_VERSION_1);
  const addresses = structsOf(tail('virtqueues'), 'queues');
  const packed = structsOf(tail('packed_virtqueues'), 'queues');
  return {
    status,
    features,
    offersPacked: tail('packed_virtqueues') !== undefined,
    littleEndian: modern || isLittleEndian(core, payload, machine),
    queues: structsOf(core, 'queues').map((queue, i) => ({
      ...ring(queue, modern ? addresses[i] : undefined, payload),
      ...(packed[i] && { packed: packedRing(packed[i], payload) }),
    })),
    elements: elements(structsOf(core, 'device')[0], payload),
  };
}

function wide(struct: StructNode | undefined, payload: Uint8Array): bigint {
  const value = valueOf(struct, 'guest_features', payload);
  return typeof value === 'bigint' ? value : 0n;
}

function isLittleEndian(core: StructNode, payload: Uint8Array, machine: string | undefined): boolean {
  const endian = numberOf(subsectionOf(core, 'virtio/device_endian'), 'device_endian', payload);
  if (endian !== undefined) return endian !== BIG_ENDIAN;
  return structsOf(core, 'transport')[0]?.vmsdName !== 'virtio-ccw' && !isBigEndianMachine(machine);
}

/** Where the parts of a ring are: what the driver said, or for legacy drivers one behind the other (`virtio_queue_update_rings`). */
function ring(queue: StructNode, addresses: StructNode | undefined, payload: Uint8Array): VirtioQueueFacts {
  const number = (of: StructNode | undefined, name: string): number => numberOf(of, name, payload) ?? 0;
  const num = number(queue, 'vring.num');
  const desc = number(queue, 'vring.desc');
  const align = number(queue, 'vring.align') || DEFAULT_ALIGN;
  const behind = desc + 16 * num;
  const legacy = { avail: behind, used: Math.ceil((behind + 4 + 2 * num) / align) * align };
  return {
    name: queue.vmsdName,
    num,
    desc,
    ...(addresses ? { avail: number(addresses, 'vring.avail'), used: number(addresses, 'vring.used') } : legacy),
    lastAvailIdx: number(queue, 'last_avail_idx'),
  };
}

function packedRing(of: StructNode, payload: Uint8Array): NonNullable<VirtioQueueFacts['packed']> {
  const number = (name: string): number => numberOf(of, name, payload) ?? 0;
  return {
    lastAvailIdx: number('last_avail_idx'),
    lastAvailWrap: number('last_avail_wrap_counter') === 1,
    usedIdx: number('used_idx'),
    usedWrap: number('used_wrap_counter') === 1,
    inuse: number('inuse'),
  };
}

/** What a device keeps of its requests: those of virtio-blk, and what ports of virtio-console have taken. */
function elements(device: StructNode | undefined, payload: Uint8Array): VirtioElementFacts[] {
  const found: VirtioElementFacts[] = [];
  for (const [i, request] of structsOf(device, 'rq').entries()) {
    const [element] = structsOf(request, 'elem');
    const queue = numberOf(request, 'vq', payload) ?? 0;
    if (element) found.push({ path: `virtio/device/rq[${i}]/elem`, queue, ...elementFacts(element, payload) });
  }
  for (const [i, port] of structsOf(device, 'ports').entries()) {
    const [element] = structsOf(port, 'elem');
    if (element) found.push({ path: `virtio/device/ports[${i}]/elem`, ...elementFacts(element, payload) });
  }
  return found;
}

function elementFacts(element: StructNode, payload: Uint8Array): Omit<VirtioElementFacts, 'path' | 'queue'> {
  const { start, end } = element;
  return { start, size: end - start, buffers: elementBuffers(element, payload) };
}

/** The requests in flight of a disk (`scsi-requests`), whose adapter is a virtio-scsi, with their paths within the section. */
export function scsiElements(
  device: StructNode,
  payload: Uint8Array,
): readonly (VirtioElementFacts & { readonly packed: boolean })[] {
  const found: (VirtioElementFacts & { packed: boolean })[] = [];
  const walk = (struct: StructNode, path: string): void => {
    for (const field of struct.fields) {
      for (const [i, inner] of (field.structs ?? []).entries()) {
        const place = `${path}${field.name}${field.type === 'list' ? `[${i}]` : ''}`;
        if (inner.vmsdName === 'VirtQueueElement') {
          const packed = fieldOf(inner, 'ndescs') !== undefined;
          found.push({ path: place, packed, ...elementFacts(inner, payload) });
        } else walk(inner, `${place}/`);
      }
    }
  };
  walk(device, '');
  return found;
}

/** The buffers of an element, those that the device writes before those that it reads. */
export function elementBuffers(element: StructNode, payload: Uint8Array): VirtioElementFacts['buffers'] {
  return ['in', 'out'].flatMap((direction) => {
    const lengths = structsOf(element, `${direction}_sg`).map((entry) => numberOf(entry, 'len', payload) ?? 0);
    return numbersOf(element, `${direction}_addr`, payload).map((address, i) => ({ address, length: lengths[i] ?? 0 }));
  });
}
