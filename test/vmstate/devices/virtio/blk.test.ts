import { describe, expect, it } from 'vitest';
import { join, u32, u8 } from '../../../build/bytes.js';
import { element, perQueue, subsection, virtioPayload, type VirtioState } from '../../../build/virtio.js';
import { decodeVirtio } from '../decoded.js';

const REQUEST = element(3, [[0x7c00, 512]], [[0x1000, 16]]);
const queues = (count: number): VirtioState['queues'] => Array.from({ length: count }, () => ({ num: 128 }));
const packed = [subsection('virtio/packed_virtqueues', perQueue(10))];

describe('virtio-blk', () => {
  it.each([
    ['no request', queues(1), join(u8(0)), undefined, {}],
    [
      'two requests',
      queues(1),
      join(u8(1), REQUEST, u8(1), REQUEST, u8(0)),
      undefined,
      { 'device/rq[1]/elem/index': 3 },
    ],
    [
      'a request with the number of its queue',
      queues(2),
      join(u8(1), u32(1), REQUEST, u8(0)),
      undefined,
      { 'device/rq[0]/vq': 1 },
    ],
    [
      'such a request though one queue is left',
      queues(1),
      join(u8(1), u32(1), REQUEST, u8(0)),
      undefined,
      { 'device/rq[0]/vq': 1 },
    ],
    [
      'a request of a packed ring',
      queues(1),
      join(u8(1), u32(2), REQUEST, u8(0)),
      packed,
      { 'device/rq[0]/elem/ndescs': 2 },
    ],
  ])('with %s', (_, of, part, subsections, wanted) => {
    const state = { queues: of, part, ...(subsections && { subsections }) };
    const { values, failures } = decodeVirtio('virtio-blk', virtioPayload(state!), 2);
    expect(failures).toEqual([]);
    expect(values).toMatchObject(wanted);
  });

  it('has the buffers of its requests', () => {
    const { values } = decodeVirtio('virtio-blk', virtioPayload({ part: join(u8(1), REQUEST, u8(0)) }), 2);
    expect(values).toMatchObject({
      'device/rq[0]/elem/in_addr[0]': 0x7c00n,
      'device/rq[0]/elem/in_sg[0]/len': 512n,
      'device/rq[0]/elem/out_addr[0]': 0x1000n,
      'device/rq[0]/elem/out_sg[0]/len': 16n,
      'device/rq[0]/elem/in_addr.unused': 'zeros',
    });
  });

  it('stays bytes where the list does not end', () => {
    const { failures } = decodeVirtio(
      'virtio-blk',
      virtioPayload({ queues: queues(1), part: join(u8(1), REQUEST) }),
      2,
    );
    expect(failures).toMatchObject([{ layout: 'virtio-blk' }]);
  });
});
