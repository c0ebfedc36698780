/**
 * mapped-ram: every block has a fixed place in the file, said by a header in the block list.
 *
 *      0  4  version, 1
 *      4  8  page size
 *     12  8  offset of the bitmap in the file: right behind this header
 *     20  8  offset of the pages in the file, a multiple of 1 MiB
 *
 * The bitmap is an array of `unsigned long` of the host, one bit a page: 1 stored, 0 zero. The offsets are those of the whole
 * file, also when the stream starts further in (`file:…,offset=`). Both are 0 for a block that x-ignore-shared leaves out (11.x).
 *
 * Writer: `mapped_ram_setup_ramblock`, `ram_save_file_bmap` (migration/ram.c), since 9.0.
 */
import { layout } from '../bytes/layout.js';

export const MAPPED_RAM_HDR_VERSION = 1;
export const MAPPED_RAM_FILE_OFFSET_ALIGNMENT = 0x10_0000;

export const MAPPED_RAM_HEADER = layout('mapped-ram header', [
  ['version', 'u32'],
  ['pageSize', 'size64'],
  ['bitmapOffset', 'size64'],
  ['pagesOffset', 'size64'],
]);

/** Bytes of the bitmap of a block on a 64-bit host. */
export function mappedRamBitmapSize(usedLength: number, pageSize: number): number {
  return 8 * Math.ceil(usedLength / pageSize / 64);
}
