/**
 * The subsections behind the state of a virtio device: `virtio/…`, each there only where it has something to say, always in this order.
 *
 * Arrays have an entry for each of 1024 queues; those of queues that do not exist are zero. Writer: `vmstate_virtio` (hw/virtio/virtio.c).
 */
import type { Cutter } from '../../cutter.js';
import { ADDRESS, enumeration } from '../../meaning.js';
import { featureBits, type FeatureMeanings, VIRTIO_F_VERSION_1 } from './features.js';
import type { Transport } from './transport.js';

/** VIRTIO_QUEUE_MAX: the entries of every array. */
export const MAX_QUEUES = 1024;

const DEVICE_ENDIAN = enumeration({ 0: 'unknown', 1: 'little', 2: 'big' });
const LITTLE = 1;

export const TAIL_NAMES = [
  'virtio/device_endian',
  'virtio/128bit_features',
  'virtio/64bit_features',
  'virtio/virtqueues',
  'virtio/ringsize',
  'virtio/broken',
  'virtio/extra_state',
  'virtio/started',
  'virtio/packed_virtqueues',
  'virtio/disabled',
] as const;

type TailName = (typeof TAIL_NAMES)[number];

/** What the subsections say that is needed before they come. */
export interface TailFacts {
  /** Bytes from here to the first subsection, or to the end. */
  readonly distance: number;
  /** Negotiated features from bit 32 on. */
  readonly features: readonly number[];
  readonly packed: boolean;
  /** The byte order of fields in the order of the guest; undefined where it is that of the target. */
  readonly littleEndian: boolean | undefined;
}

/** Looks for the subsections ahead. Their names are long enough to be found among anything that a device saves before them. */
export function tailFacts(cut: Cutter): TailFacts {
  const distance = cut.findSubsection(TAIL_NAMES) ?? cut.remaining;
  const value = (name: TailName, type: 'uint8' | 'uint64'): number | bigint | undefined => {
    const ahead = cut.findSubsection([name], distance);
    return ahead === undefined ? undefined : cut.peek(type, ahead + bodyOf(name));
  };
  const features = featureBits(value('virtio/64bit_features', 'uint64') ?? 0).filter((bit) => bit >= 32);
  features.push(...featureBits(value('virtio/128bit_features', 'uint64') ?? 0, 64));
  const endian = value('virtio/device_endian', 'uint8');
  return {
    distance,
    features,
    packed: cut.findSubsection(['virtio/packed_virtqueues'], distance) !== undefined,
    littleEndian:
      features.includes(VIRTIO_F_VERSION_1) || endian === LITTLE ? true : endian === undefined ? undefined : false,
  };
}

/** Bytes before the fields of a subsection. */
function bodyOf(name: string): number {
  return 2 + name.length + 4;
}

/** What the subsections need to know of what came before them. */
export interface TailContext {
  /** Queues that exist. */
  readonly queues: number;
  readonly queueName: (i: number) => string;
  readonly meanings: FeatureMeanings;
  readonly transport: Transport;
}

/** Cuts the subsections that are there. */
export function cutTail(cut: Cutter, part: TailContext): void {
  for (const name of TAIL_NAMES) {
    cut.subsection(name, (_, version) => {
      cut.check(version === 1, `subsection ${name} has version ${version}`, cut.at - 4);
      TAIL[name](cut, part);
    });
  }
}

const TAIL: Record<TailName, (cut: Cutter, part: TailContext) => void> = {
  'virtio/device_endian': (cut) => cut.u8('device_endian', DEVICE_ENDIAN),
  'virtio/128bit_features': (cut, { meanings }) => cut.u64('guest_features', meanings.upper),
  'virtio/64bit_features': (cut, { meanings }) => cut.u64('guest_features', meanings.both),
  'virtio/virtqueues': (cut, part) =>
    perQueue(cut, part, 16, () => {
      cut.u64('vring.avail', ADDRESS);
      cut.u64('vring.used', ADDRESS);
    }),
  'virtio/ringsize': (cut, part) => perQueue(cut, part, 4, () => cut.u32('vring.num_default')),
  'virtio/broken': (cut) => cut.bool('broken'),
  'virtio/extra_state': (cut, part) => part.transport.extraState?.(cut, part),
  'virtio/started': (cut) => cut.bool('started'),
  'virtio/packed_virtqueues': (cut, part) =>
    perQueue(cut, part, 10, () => {
      cut.u16('last_avail_idx');
      cut.bool('last_avail_wrap_counter');
      cut.u16('used_idx');
      cut.bool('used_wrap_counter');
      cut.u32('inuse');
    }),
  'virtio/disabled': (cut) => cut.bool('disabled'),
};

/** An array with `size` bytes for each of all possible queues: those that exist are named, the others are shown where they are not zero. */
export function perQueue(
  cut: Cutter,
  { queues, queueName }: Pick<TailContext, 'queues' | 'queueName'>,
  size: number,
  fn: (cut: Cutter, i: number) => void,
): void {
  cut.array('queues', queues, queueName, fn);
  cut.unused('queues.unused', size * (MAX_QUEUES - queues));
}
