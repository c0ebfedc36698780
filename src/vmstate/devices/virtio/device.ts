/**
 * What there is to know of one type of virtio device: its features, its config space, its queues, and the state that it saves for itself.
 * One file a device describes these.
 */
import type { Cutter, FieldRow, IntegerType } from '../../cutter.js';
import type { Meaning, Names } from '../../meaning.js';

export interface VirtioDevice {
  /** The device id of the virtio specification. */
  readonly id: number;
  readonly name: string;
  /** The vmsds of the devices that are of this type: the last part of the idstr. */
  readonly vmsds: readonly string[];
  /** Feature bits of this type, beside those that all devices have. */
  readonly features: Names;
  /** Features that a driver may only accept together with one of others. */
  readonly featureNeeds?: Readonly<Record<number, readonly number[]>>;
  /** The structure of the config space. */
  readonly config?: readonly ConfigRow[] | ((cut: Cutter, part: VirtioContext) => void);
  /** What the queues are for, of `count` that exist. */
  readonly queue: (i: number, count: number, part: VirtioContext) => string;
  /** The state that the device saves for itself, between the queues and the subsections of the core. */
  readonly part?: {
    /** The vmsd in QEMU. */
    readonly vmsd: string;
    readonly cut: (cut: Cutter, part: VirtioContext) => void;
  };
}

/** What the layouts of a device may know of the core's state. */
export interface VirtioContext {
  /** Negotiated features by bit number. */
  readonly features: ReadonlySet<number>;
  /** Queues that exist. */
  readonly queues: number;
  /** The host offers packed rings: elements in flight have one number more. */
  readonly packed: boolean;
  /** The byte order of fields in the order of the guest. */
  readonly littleEndian: boolean;
  readonly sectionVersion: number;
}

/** A field of a config space: its name, its size in bytes or what it is, and what its numbers stand for. */
export type ConfigRow = readonly [
  name: string,
  type: 'u8' | 'u16' | 'u32' | 'u64' | 'mac' | `text${number}` | number,
  meaning?: Meaning,
];

const LITTLE = { u8: 'uint8', u16: 'le16', u32: 'le32', u64: 'le64' } as const;
const BIG = { u8: 'uint8', u16: 'uint16', u32: 'uint32', u64: 'uint64' } as const;

/** The rows of a config space as the cutter takes them. */
export function configRows(rows: readonly ConfigRow[], littleEndian: boolean): FieldRow[] {
  const types: Record<keyof typeof LITTLE, IntegerType> = littleEndian ? LITTLE : BIG;
  return rows.map(([name, type, meaning]): FieldRow => [
    name,
    typeof type === 'string' && Object.hasOwn(types, type) ? types[type as keyof typeof LITTLE] : (type as FieldRow[1]),
    meaning,
  ]);
}

/** Queues of devices that have a fixed number of them. */
export function queueNames(...names: readonly string[]): VirtioDevice['queue'] {
  return (i) => names[i] ?? `queue${i}`;
}
