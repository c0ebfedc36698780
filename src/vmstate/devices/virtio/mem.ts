/** virtio-mem. Writer: `vmstate_virtio_mem_device` (hw/virtio/virtio-mem.c). */
import type { Cutter } from '../../cutter.js';
import { ADDRESS } from '../../meaning.js';
import { queueNames, type VirtioDevice } from './device.js';

/** Since 8.0 what never changes goes ahead of RAM in a section of its own, which the vmdesc describes. */
const BYTES_BEHIND_EARLY = 16;

export const MEM: VirtioDevice = {
  id: 24,
  name: 'mem',
  vmsds: ['virtio-mem'],
  features: { 0: 'ACPI_PXM', 1: 'UNPLUGGED_INACCESSIBLE', 2: 'PERSISTENT_SUSPEND' },
  config: [
    ['block_size', 'u64'],
    ['node_id', 'u16'],
    ['padding', 6],
    ['addr', 'u64', ADDRESS],
    ['region_size', 'u64'],
    ['usable_region_size', 'u64'],
    ['plugged_size', 'u64'],
    ['requested_size', 'u64'],
  ],
  queue: queueNames('request'),
  part: { vmsd: 'virtio-mem-device', cut: cutMem },
};

function cutMem(cut: Cutter): void {
  if (cut.remaining === BYTES_BEHIND_EARLY) {
    cut.u64('usable_region_size');
    cut.u64('requested_size');
    return;
  }
  cut.u64('addr', ADDRESS);
  const region = cut.u64('region_size');
  const block = cut.u64('block_size');
  cut.u32('node');
  cut.u64('usable_region_size');
  cut.u64('size');
  cut.u64('requested_size');
  cut.check(block > 0n, 'the block size is 0');
  const bitmap = 8n * ((region / (block || 1n) + 63n) / 64n);
  cut.check(bitmap === BigInt(cut.remaining), `the bitmap takes ${bitmap} bytes and ${cut.remaining} are left`, cut.at);
  cut.bytes('bitmap', cut.remaining);
}
