/**
 * Frames of lz4, as far as finding their ends takes.
 *
 *     0  4  magic number, little-endian: 184d2204
 *     4  1  descriptor: bits 6-7 version (1), 4 checksums of blocks, 3 content size, 2 checksum of the content, 0 dictionary id
 *     5  1  largest block
 *     6     content size (8), dictionary id (4), where the descriptor says so; checksum of the header (1)
 *     …     blocks: 4 bytes little-endian (bit 31 not packed, the rest size), data, a checksum (4) where the descriptor says so
 *     …  4  zero: the end of the blocks
 *     …  4  checksum of the content, where the descriptor says so
 *
 * Document: lz4_Frame_format.md of lz4.
 */
import type { Cursor } from '../../bytes/cursor.js';

export const LZ4_MAGIC = 0x184d2204;
/** The format of before 2013 (`lz4 -l`), which has no end of its own. */
export const LZ4_LEGACY_MAGIC = 0x184c2102;
const VERSION = 1;
const BLOCK_CHECKSUM = 0x10;
const CONTENT_SIZE = 0x08;
const CONTENT_CHECKSUM = 0x04;
const DICTIONARY = 0x01;

/**
 * Steps over a frame; false when none begins here.
 *
 * @throws DecodeError when the input ends inside it
 */
export async function skipLz4Frame(cursor: Cursor): Promise<boolean> {
  if (!(await cursor.fill(7)) || cursor.view.getUint32(cursor.position, true) !== LZ4_MAGIC) return false;
  const descriptor = cursor.buffer[cursor.position + 4]!;
  if (descriptor >> 6 !== VERSION) return false;
  const has = (flag: number): boolean => (descriptor & flag) !== 0;
  await cursor.skip(7 + (has(CONTENT_SIZE) ? 8 : 0) + (has(DICTIONARY) ? 4 : 0), 'frame header');
  for (;;) {
    if (!cursor.has(4)) await cursor.need(4, 'block header');
    const size = cursor.view.getUint32(cursor.position, true) & 0x7fffffff;
    if (size === 0) break;
    const block = 4 + size + (has(BLOCK_CHECKSUM) ? 4 : 0);
    // Most blocks are large; of those that are not there may be millions.
    if (cursor.has(block)) cursor.position += block;
    else await cursor.skip(block, 'block');
  }
  await cursor.skip(4 + (has(CONTENT_CHECKSUM) ? 4 : 0), 'end of the frame');
  return true;
}
