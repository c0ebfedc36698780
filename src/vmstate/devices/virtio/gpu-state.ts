/**
 * The second field of virtio-gpu: the resources of the guest with their pixels, and what the outputs show. Writer: `virtio_gpu_save`
 * (hw/display/virtio-gpu.c).
 *
 * From 9.0 on with machine types since 9.0, a scanout has 24 bytes of its frame buffer behind 40 others. QEMU decides that for each element of the array by
 * a pointer that is right for the first element alone: all others have the 24 bytes or not as memory has it. What is left of the field tells how many have.
 */
import type { Cutter } from '../../cutter.js';
import { ADDRESS, bits, enumeration } from '../../meaning.js';
import type { OpaqueLayout } from '../../opaque.js';

const FORMATS = {
  1: 'B8G8R8A8',
  2: 'B8G8R8X8',
  3: 'A8R8G8B8',
  4: 'X8R8G8B8',
  67: 'R8G8B8A8',
  68: 'X8B8G8R8',
  121: 'A8B8G8R8',
  134: 'R8G8B8X8',
};
const FORMAT = enumeration(FORMATS);
const BYTES_PER_PIXEL = 4;
/** VIRTIO_GPU_MAX_SCANOUTS. */
const MAX_OUTPUTS = 16;
const SCANOUT_BYTES = 40;
const FRAME_BUFFER_BYTES = 24;
const BACKING_BYTES = 12;

const ENABLED = bits(Object.fromEntries(Array.from({ length: MAX_OUTPUTS }, (_, i) => [i, `output${i}`])));

export const GPU_STATE: OpaqueLayout = {
  name: 'virtio-gpu',
  types: ['virtio-gpu'],
  cut(cut) {
    cutGpuState(cut);
    return 'VirtIOGPU';
  },
};

/** The subsection of devices with `blob=on`: resources that are memory of the guest, without pixels of their own. */
export const GPU_BLOBS: OpaqueLayout = {
  name: 'virtio-gpu/blob',
  fields: ['virtio-gpu/blob/virtio-gpu/blob'],
  cut(cut) {
    cutGpuBlobs(cut);
    return 'blobs';
  },
};

/** `virtio_gpu_blob_save`, since 8.2. */
export function cutGpuBlobs(cut: Cutter): void {
  cut.list(
    'reslist',
    () => cut.peek('uint32') !== 0,
    () => 'virtio_gpu_simple_resource',
    () => {
      cut.u32('resource_id');
      cut.u32('blob_size');
      backing(cut);
    },
  );
  cut.u32('reslist.end');
}

/** Cuts resources and scanouts, up to the end of what is being cut. */
export function cutGpuState(cut: Cutter): void {
  cut.list(
    'reslist',
    () => cut.peek('uint32') !== 0,
    () => 'virtio_gpu_simple_resource',
    resource,
  );
  cut.u32('reslist.end');
  cut.u32('enable', ENABLED);
  const outputs = cut.u32('conf.max_outputs');
  cut.check(outputs >= 1 && outputs <= MAX_OUTPUTS, `there are ${outputs} outputs`);
  const withBuffer = (cut.remaining - SCANOUT_BYTES * outputs) / FRAME_BUFFER_BYTES;
  cut.check(
    Number.isInteger(withBuffer) && withBuffer >= 0 && withBuffer <= outputs,
    `${cut.remaining} bytes are no ${outputs} scanouts`,
    cut.at,
  );
  cut.array(
    'scanout',
    outputs,
    () => 'virtio_gpu_scanout',
    (_, i) => scanout(cut, i < withBuffer),
  );
}

function resource(cut: Cutter): void {
  cut.u32('resource_id');
  const width = cut.u32('width');
  const height = cut.u32('height');
  const format = cut.u32('format', FORMAT);
  cut.check(Object.hasOwn(FORMATS, format), `a resource has format ${format}`);
  backing(cut);
  cut.bytes('image', BYTES_PER_PIXEL * width * height);
}

/** The guest's memory that a resource is made of. */
function backing(cut: Cutter): void {
  const entries = cut.u32('iov_cnt');
  cut.check(entries * BACKING_BYTES <= cut.remaining, `a resource has ${entries} pieces of memory`);
  cut.array(
    'iov',
    entries,
    () => 'iovec',
    () => {
      cut.u64('addr', ADDRESS);
      cut.u32('len');
    },
  );
}

function scanout(cut: Cutter, withBuffer: boolean): void {
  for (const name of ['resource_id', 'width', 'height', 'x', 'y']) cut.u32(name);
  for (const name of ['resource_id', 'hot_x', 'hot_y', 'pos.x', 'pos.y']) cut.u32(`cursor.${name}`);
  if (!withBuffer) return;
  for (const name of ['format', 'bytes_pp', 'width', 'height', 'stride', 'offset']) cut.u32(`fb.${name}`);
}
