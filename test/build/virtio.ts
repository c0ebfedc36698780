/** State of virtio devices, as `virtio_save` writes it, on virtio-mmio, the plainest transport. */
import { join, u16, u32, u64, u8 } from './bytes.js';

export const MMIO_PATH = 'virtio-mmio@000000000a003e00';

export interface VirtioQueue {
  readonly num: number;
  readonly desc?: number | bigint;
  readonly lastAvailIdx?: number;
}

export interface VirtioState {
  readonly status?: number;
  readonly isr?: number;
  readonly queueSel?: number;
  readonly features?: bigint;
  readonly config?: Uint8Array;
  readonly queues?: readonly VirtioQueue[];
  /** What the device saves for itself. */
  readonly part?: Uint8Array;
  /** Subsections as they are; without it `virtio/64bit_features`. */
  readonly subsections?: readonly Uint8Array[];
}

/** A subsection of the vmstate format. */
export function subsection(name: string, ...fields: readonly Uint8Array[]): Buffer {
  return join(u8(5), u8(name.length), Buffer.from(name), u32(1), ...fields);
}

/** The same with another version than 1. */
export function subsectionOfVersion(name: string, version: number, ...fields: readonly Uint8Array[]): Buffer {
  return join(u8(5), u8(name.length), Buffer.from(name), u32(version), ...fields);
}

/** An array with an entry for each of 1024 queues, of which the first are given. */
export function perQueue(size: number, ...entries: readonly Uint8Array[]): Buffer {
  const given = join(...entries);
  return join(given, Buffer.alloc(1024 * size - given.length));
}

/** The payload of a section on virtio-mmio. */
export function virtioPayload(state: VirtioState = {}): Buffer {
  const { status = 0, isr = 0, queueSel = 0, features = 0n, config = Buffer.alloc(0), queues = [], part } = state;
  return join(
    u32(0),
    u32(0),
    u32(0),
    u8(status),
    u8(isr),
    u16(queueSel),
    u32(Number(features & 0xffff_ffffn)),
    u32(config.length),
    config,
    u32(queues.length),
    ...queues.map(({ num, desc = 0, lastAvailIdx = 0 }) => join(u32(num), u32(4096), u64(desc), u16(lastAvailIdx))),
    part ?? Buffer.alloc(0),
    ...(state.subsections ?? [subsection('virtio/64bit_features', u64(features))]),
  );
}

/** An element in flight, as a little-endian host has it. */
export function element(
  index: number,
  inputs: readonly (readonly [address: number, length: number])[],
  outputs = inputs,
): Buffer {
  const bytes = Buffer.alloc(49168);
  bytes.writeUInt32LE(index, 0);
  bytes.writeUInt32LE(outputs.length, 4);
  bytes.writeUInt32LE(inputs.length, 8);
  inputs.forEach(([address, length], i) => {
    bytes.writeBigUInt64LE(BigInt(address), 16 + 8 * i);
    bytes.writeBigUInt64LE(BigInt(length), 16400 + 16 * i + 8);
  });
  outputs.forEach(([address, length], i) => {
    bytes.writeBigUInt64LE(BigInt(address), 8208 + 8 * i);
    bytes.writeBigUInt64LE(BigInt(length), 32784 + 16 * i + 8);
  });
  return bytes;
}
