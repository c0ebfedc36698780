/** virtio-blk and vhost-user-blk. Writer: `virtio_blk_save_device` (hw/block/virtio-blk.c). */
import type { Cutter } from '../../cutter.js';
import { enumeration } from '../../meaning.js';
import type { VirtioContext, VirtioDevice } from './device.js';
import { cutElement } from './element.js';

/** The same device with its requests in another process saves none. */
export const VHOST_USER_BLK: VirtioDevice = {
  id: 2,
  name: 'blk',
  vmsds: ['vhost-user-blk'],
  features: {
    0: 'BARRIER',
    1: 'SIZE_MAX',
    2: 'SEG_MAX',
    4: 'GEOMETRY',
    5: 'RO',
    6: 'BLK_SIZE',
    7: 'SCSI',
    9: 'FLUSH',
    10: 'TOPOLOGY',
    11: 'CONFIG_WCE',
    12: 'MQ',
    13: 'DISCARD',
    14: 'WRITE_ZEROES',
    15: 'LIFETIME',
    16: 'SECURE_ERASE',
    17: 'ZONED',
  },
  config: [
    ['capacity', 'u64'],
    ['size_max', 'u32'],
    ['seg_max', 'u32'],
    ['geometry.cylinders', 'u16'],
    ['geometry.heads', 'u8'],
    ['geometry.sectors', 'u8'],
    ['blk_size', 'u32'],
    ['physical_block_exp', 'u8'],
    ['alignment_offset', 'u8'],
    ['min_io_size', 'u16'],
    ['opt_io_size', 'u32'],
    ['wce', 'u8'],
    ['unused', 'u8'],
    ['num_queues', 'u16'],
    ['max_discard_sectors', 'u32'],
    ['max_discard_seg', 'u32'],
    ['discard_sector_alignment', 'u32'],
    ['max_write_zeroes_sectors', 'u32'],
    ['max_write_zeroes_seg', 'u32'],
    ['write_zeroes_may_unmap', 'u8'],
    ['unused1', 3],
    ['max_secure_erase_sectors', 'u32'],
    ['max_secure_erase_seg', 'u32'],
    ['secure_erase_sector_alignment', 'u32'],
    ['zoned.zone_sectors', 'u32'],
    ['zoned.max_open_zones', 'u32'],
    ['zoned.max_active_zones', 'u32'],
    ['zoned.max_append_sectors', 'u32'],
    ['zoned.write_granularity', 'u32'],
    ['zoned.model', 'u8', enumeration({ 0: 'none', 1: 'host-managed', 2: 'host-aware' })],
    ['unused2', 3],
  ],
  queue: (i) => `request${i}`,
};

export const BLK: VirtioDevice = {
  ...VHOST_USER_BLK,
  vmsds: ['virtio-blk'],
  part: { vmsd: 'virtio-blk', cut: cutRequests },
};

/** Requests that failed and wait to be tried again. Their queue is named where the device has several, which only the queues tell. */
function cutRequests(cut: Cutter, { queues, packed }: VirtioContext): void {
  const requests = (indexed: boolean) => (): void => {
    cut.list(
      'rq',
      () => more(cut),
      () => 'VirtIOBlockReq',
      () => {
        if (indexed) cut.u32('vq');
        cutElement(cut, 'elem', packed);
      },
    );
    cut.check(cut.remaining === 0, `${cut.remaining} bytes are left over behind the requests`, cut.at);
  };
  cut.oneOf(requests(queues > 1), requests(queues <= 1));
}

/** A byte that is 1 stands before each request, and 0 behind the last. */
function more(cut: Cutter): boolean {
  const mark = cut.peek('uint8');
  if (mark !== 0 && mark !== 1) cut.fail(`the mark before a request is ${mark}`);
  cut.skip(1);
  return mark === 1;
}
