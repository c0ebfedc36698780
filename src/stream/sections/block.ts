/**
 * The `block` section: the contents of disks, copied along with the RAM.
 *
 * A payload is a sequence of records, the last one EOS. Each opens with a 64-bit word, `(sector << 9) | flags`:
 *
 * | flag         | value | body                                                              |
 * | DEVICE_BLOCK | 0x01  | counted device name, then 1 MiB of data unless ZERO_BLOCK is set  |
 * | EOS          | 0x02  |                                                                   |
 * | PROGRESS     | 0x04  | none; the sector bits hold a percentage                           |
 * | ZERO_BLOCK   | 0x08  | with DEVICE_BLOCK: no data                                        |
 *
 * A sector has 512 bytes. The data of the last block of a disk is padded to 1 MiB as well.
 *
 * Writer: `blk_send`, `block_save_iterate` (migration/block.c), up to 9.0; ZERO_BLOCK since 1.6.
 */
import { hex } from '../../finding.js';
import { malformed, more, stepOver } from './reading.js';
import { record, type SectionDecoder, type SectionInput } from './section-decoder.js';

const BLK_MIG_FLAG_DEVICE_BLOCK = 0x01;
const BLK_MIG_FLAG_EOS = 0x02;
const BLK_MIG_FLAG_PROGRESS = 0x04;
const BLK_MIG_FLAG_ZERO_BLOCK = 0x08;

const BLK_MIG_BLOCK_SIZE = 0x10_0000;
/** High words from here on put the byte address of a sector beyond 2^53. */
const MAX_HIGH = 0x20_0000;

export const block: SectionDecoder = {
  matches: (idstr) => idstr === 'block',
  kinds: ['start', 'part', 'end'],
  versions: [1],
  async read(input) {
    while (!(await readRecord(input)));
  },
};

async function readRecord(input: SectionInput): Promise<boolean> {
  const { cursor } = input;
  if (!cursor.has(8)) await more(input, 8, 'block record');
  const offset = cursor.offset;
  const high = cursor.u32();
  const low = cursor.u32();
  const flags = low & 0x1ff;
  const sector = high * 0x80_0000 + (low >>> 9);
  if (high >= MAX_HIGH)
    throw malformed(input, 'sector', `block record of sector ${hex(sector)}`, { offset, length: 8 });
  switch (flags) {
    case BLK_MIG_FLAG_EOS:
      record(input, offset, 'EOS', {});
      return true;
    case BLK_MIG_FLAG_PROGRESS:
      record(input, offset, 'PROGRESS', { percent: sector });
      return false;
    case BLK_MIG_FLAG_DEVICE_BLOCK | BLK_MIG_FLAG_ZERO_BLOCK:
      record(input, offset, 'DEVICE_BLOCK', { device: await cursor.counted('block device name'), sector, zero: true });
      return false;
    case BLK_MIG_FLAG_DEVICE_BLOCK: {
      const device = await cursor.counted('block device name');
      const dataOffset = cursor.offset;
      await stepOver(input, BLK_MIG_BLOCK_SIZE, 'block data');
      record(input, offset, 'DEVICE_BLOCK', { device, sector, zero: false, dataOffset });
      return false;
    }
    default:
      throw malformed(input, 'flags', `block record with flags ${hex(flags)}`, { offset, length: 8 });
  }
}
