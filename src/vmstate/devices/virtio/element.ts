/**
 * A request that the device has taken from a queue and not finished, as the host's own structure in the host's byte order.
 *
 *     0      4  index of the head descriptor
 *     4      4  out_num, up to 1024
 *     8      4  in_num, up to 1024
 *     12     4  padding
 *     16     8 each of 1024   in_addr, guest-physical
 *     8208   8 each of 1024   out_addr
 *     16400  16 each of 1024  in_sg: base (always 0), len
 *     32784  16 each of 1024  out_sg
 *
 * Where the host offers packed rings, the number of descriptors stands before it. Writer: `qemu_put_virtqueue_element` (hw/virtio/virtio.c).
 */
import type { Cutter } from '../../cutter.js';
import { ADDRESS } from '../../meaning.js';

const MAX_BUFFERS = 1024;
/** Bytes of the structure, without the number of descriptors. */
export const ELEMENT_BYTES = 16 + MAX_BUFFERS * (8 + 8 + 16 + 16);

/** Cuts an element as the field `name`. */
export function cutElement(cut: Cutter, name: string, packed: boolean): void {
  cut.struct(name, 'VirtQueueElement', () => {
    if (packed) cut.u32('ndescs');
    const little = isLittleEndian(cut);
    const [word, long] = little ? (['le32', 'le64'] as const) : (['uint32', 'uint64'] as const);
    cut.integer('index', word);
    const outputs = cut.integer('out_num', word);
    const inputs = cut.integer('in_num', word);
    cut.unused('padding', 4);
    cut.integers('in_addr', long, inputs, ADDRESS);
    cut.unused('in_addr.unused', 8 * (MAX_BUFFERS - inputs));
    cut.integers('out_addr', long, outputs, ADDRESS);
    cut.unused('out_addr.unused', 8 * (MAX_BUFFERS - outputs));
    for (const [field, count] of [['in_sg', inputs] as const, ['out_sg', outputs] as const]) {
      cut.array(
        field,
        count,
        () => 'iovec',
        () => {
          cut.unused('base', 8);
          cut.integer('len', long);
        },
      );
      cut.unused(`${field}.unused`, 16 * (MAX_BUFFERS - count));
    }
  });
}

/** The host's byte order shows in the numbers of buffers: both are up to 1024, and one is not zero. */
function isLittleEndian(cut: Cutter): boolean {
  const plausible = (type: 'le32' | 'uint32'): boolean => {
    const [outputs, inputs] = [Number(cut.peek(type, 4)), Number(cut.peek(type, 8))];
    return outputs <= MAX_BUFFERS && inputs <= MAX_BUFFERS && outputs + inputs > 0;
  };
  if (plausible('le32')) return true;
  cut.check(plausible('uint32'), 'an element in flight has an impossible number of buffers', cut.at);
  return false;
}
