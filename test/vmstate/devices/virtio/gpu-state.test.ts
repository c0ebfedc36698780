import { describe, expect, it } from 'vitest';
import { Cutter, LayoutMismatch } from '../../../../src/vmstate/cutter.js';
import { cutGpuState } from '../../../../src/vmstate/devices/virtio/gpu-state.js';
import { join, u32, u64 } from '../../../build/bytes.js';
import { type Decoded, decodeSection } from '../decoded.js';
import { MMIO_PATH, subsection, virtioPayload } from '../../../build/virtio.js';

const words = (...values: readonly number[]): Buffer => join(...values.map(u32));
const scanout = (width: number): Buffer => words(1, width, 600, 0, 0, 0, 0, 0, 0, 0);
const frameBuffer = words(0x20020888, 4, 800, 600, 3200, 0);
const outputs = (...parts: readonly Buffer[]): Buffer => join(words(0), words(3, 2), ...parts);

/** A section without a vmdesc: the core, and behind its subsections the second field. */
function gpu(state: Buffer): Decoded {
  return decodeSection(`${MMIO_PATH}/virtio-gpu`, join(virtioPayload(), state));
}

describe('the second field of virtio-gpu', () => {
  it.each([
    ['of machines up to 8.2', [scanout(800), scanout(1024)], 0],
    ['since', [scanout(800), frameBuffer, scanout(1024), frameBuffer], 2],
    ['with frame buffers as memory had it', [scanout(800), frameBuffer, scanout(1024)], 1],
  ])('has the scanouts %s', (_, parts, buffers) => {
    const { values, failures } = gpu(outputs(...parts));
    expect(failures).toEqual([]);
    expect(values).toMatchObject({ 'virtio-gpu/conf.max_outputs': 2, 'virtio-gpu/scanout[1]/width': 1024 });
    expect(Object.keys(values).filter((path) => path.endsWith('fb.stride'))).toHaveLength(buffers);
  });

  it('has the resources with their memory and pixels', () => {
    const resource = join(words(7, 2, 3, 1, 1), u64(0x8000), words(4096), Buffer.alloc(24, 0xee));
    const { values, failures } = gpu(join(resource, words(0), words(1, 1), scanout(2)));
    expect(failures).toEqual([]);
    expect(values).toMatchObject({
      'virtio-gpu/reslist[0]/resource_id': 7,
      'virtio-gpu/reslist[0]/iov[0]/addr': 0x8000n,
      'virtio-gpu/reslist[0]/image': 'ee'.repeat(24),
    });
  });

  it('has the blobs of a device that offers them, behind it', () => {
    const blobs = subsection('virtio-gpu/blob', words(9, 8192, 1), u64(0x8000), words(8192, 0));
    const { values, failures } = gpu(join(outputs(scanout(1), scanout(2)), blobs));
    expect(failures).toEqual([]);
    expect(values).toMatchObject({
      'virtio-gpu/scanout[1]/width': 2,
      'virtio-gpu/blob/reslist[0]/resource_id': 9,
      'virtio-gpu/blob/reslist[0]/blob_size': 8192,
      'virtio-gpu/blob/reslist[0]/iov[0]/addr': 0x8000n,
    });
  });

  it.each([
    [
      'a format that there is none of',
      join(words(7, 2, 3, 5, 0), Buffer.alloc(24), outputs(scanout(1), scanout(2))),
      'a resource has format 5',
    ],
    ['more memory than there is', words(7, 2, 3, 1, 0xffffffff), 'a resource has 4294967295 pieces of memory'],
    ['an image without end', words(7, 0xffffffff, 0xffffffff, 1, 0), /^image takes \d+ bytes and 0 are left$/],
    ['no output', words(0, 0, 0), 'there are 0 outputs'],
    ['too many outputs', words(0, 0, 17), 'there are 17 outputs'],
    ['a scanout that is cut', outputs(scanout(800), scanout(1024).subarray(8)), '72 bytes are no 2 scanouts'],
  ])('refuses %s', (_, bytes, reason) => {
    const refuse = (): void => cutGpuState(new Cutter(bytes, 0, bytes.length));
    expect(refuse).toThrow(LayoutMismatch);
    expect(refuse).toThrow(reason);
  });
});
