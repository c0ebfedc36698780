/**
 * What a virtio-mem device has of its memory plugged. QEMU sends no page of what is not plugged, and a destination has zeros there.
 *
 * The device says it in a section of its own that comes before RAM (`virtio-mem-device-early`, since 8.0) or in its ordinary one: the size of the
 * region, the size of the blocks it is plugged in, and a bitmap with one bit for each, as words of 64 bits.
 *
 * Writer: `vmstate_virtio_mem_device_early`, `vmstate_virtio_mem_device` (hw/virtio/virtio-mem.c); who leaves the pages out:
 * `virtio_mem_rdm_replay_populated`.
 */
import type { EventOf, RamBlock, StreamEvent, StreamSink } from '../stream/events.js';
import type { FieldNode, StructNode } from '../vmstate/decode.js';

const SECTION = /\/virtio-mem(-device-early)?$/;
/** Devices that are kept; a machine has a few. */
const MAX_DEVICES = 256;
/** Bytes of a bitmap that are kept: one of 16 TiB in blocks of 2 MiB takes 1 MiB. */
const MAX_BITMAP = 1 << 20;

interface Plugged {
  readonly regionSize: number;
  readonly blockSize: number;
  readonly bitmap: Buffer;
}

export class VirtioMem implements StreamSink {
  readonly wantsDeviceState = true;
  /** By the path of the device, which its memory is named after. */
  private readonly devices = new Map<string, Plugged>();

  event(event: StreamEvent): void {
    if (event.kind !== 'device-state' || !event.state || !SECTION.test(event.idstr)) return;
    const plugged = readPlugged(event, event.state);
    const path = event.idstr.replace(SECTION, '');
    if (plugged && (this.devices.has(path) || this.devices.size < MAX_DEVICES)) this.devices.set(path, plugged);
  }

  /** Bytes of a range of a block that are not plugged; 0 for a block of anything else. */
  unplugged({ name, usedLength }: RamBlock, address: number, length: number): number {
    const device = this.devices.get(name.slice(0, name.lastIndexOf('/')));
    if (device?.regionSize !== usedLength) return 0;
    const { blockSize, bitmap } = device;
    const end = address + length;
    let bytes = 0;
    for (let block = Math.floor(address / blockSize); block * blockSize < end; block++) {
      if (isSet(bitmap, block)) continue;
      bytes += Math.min(end, (block + 1) * blockSize) - Math.max(address, block * blockSize);
    }
    return bytes;
  }
}

/** Words are big-endian, bit 0 is the lowest of the first. */
function isSet(bitmap: Buffer, block: number): boolean {
  return ((bitmap[Math.floor(block / 64) * 8 + 7 - ((block % 64) >>> 3)]! >>> (block & 7)) & 1) === 1;
}

function readPlugged({ payload }: EventOf<'device-state'>, state: StructNode): Plugged | undefined {
  const fields = new Map<string, FieldNode>();
  collect(state, fields);
  const bytes = (name: string): Buffer | undefined => {
    const field = fields.get(name);
    return field && Buffer.from(payload.subarray(field.start, field.start + field.size * field.count));
  };
  const number = (name: string): number => {
    const value = bytes(name);
    return value?.length === 8 ? Number(value.readBigUInt64BE()) : 0;
  };
  const bitmap = bytes('bitmap');
  const regionSize = number('region_size');
  const blockSize = number('block_size');
  if (!bitmap || bitmap.length > MAX_BITMAP || blockSize < 4096 || regionSize > bitmap.length * 8 * blockSize)
    return undefined;
  return { regionSize, blockSize, bitmap };
}

/** The fields of a tree by name; of those with one name the last. */
function collect({ fields, subsections }: StructNode, into: Map<string, FieldNode>): void {
  for (const field of fields) {
    into.set(field.name, field);
    field.structs?.forEach((struct) => collect(struct, into));
  }
  subsections.forEach((subsection) => collect(subsection, into));
}
