/**
 * Frames of zstd, as far as finding their ends takes.
 *
 *     0  4  magic number, little-endian: fd2fb528, or 184d2a50 to 184d2a5f for a frame to be skipped
 *     4  1  descriptor: bits 0-1 size of the dictionary id, 2 checksum, 5 single segment, 6-7 size of the content size
 *     5     window descriptor (1, unless single segment), dictionary id (0, 1, 2, 4), content size (0 or 1, 2, 4, 8)
 *     …     blocks: 3 bytes little-endian (bit 0 last, bits 1-2 type, the rest size), data (1 byte for type 1, a run)
 *     …  4  checksum, where the descriptor says so
 *
 * Document: RFC 8878.
 */

import type { Cursor } from '../../bytes/cursor.js';

export const ZSTD_MAGIC = 0xfd2fb528;
/** The first of 16. */
const SKIPPABLE = 0x184d2a50;
export const SKIPPABLE_MAGICS: readonly number[] = Array.from({ length: 16 }, (_, i) => SKIPPABLE + i);
const BLOCK_RUN = 1;
const BLOCK_HEADER = 3;
/** What a frame header takes at most. */
export const MAX_FRAME_HEADER = 18;

export interface ZstdFrameHeader {
  readonly size: number;
  /** Bytes to pass over behind the header; there are no blocks then. */
  readonly skip?: number;
  readonly checksum: boolean;
}

/** Reads the header of a frame; undefined for what is none. The bytes are those that are there, at most `MAX_FRAME_HEADER`. */
export function readZstdFrameHeader(bytes: Buffer): ZstdFrameHeader | undefined {
  if (bytes.length < 5) return undefined;
  const magic = bytes.readUInt32LE(0);
  if ((magic & ~0xf) >>> 0 === SKIPPABLE) {
    return bytes.length < 8 ? undefined : { size: 8, skip: bytes.readUInt32LE(4), checksum: false };
  }
  if (magic !== ZSTD_MAGIC) return undefined;
  const descriptor = bytes[4]!;
  const single = (descriptor & 0x20) !== 0;
  const dictionary = [0, 1, 2, 4][descriptor & 3]!;
  const content = [single ? 1 : 0, 2, 4, 8][descriptor >> 6]!;
  return { size: 5 + (single ? 0 : 1) + dictionary + content, checksum: (descriptor & 4) !== 0 };
}

/** A block header: how long it is with its data, and whether it is the last of its frame. */
export function readZstdBlock(bytes: Buffer, at: number): { readonly size: number; readonly last: boolean } {
  const header = bytes.readUIntLE(at, BLOCK_HEADER);
  const type = (header >> 1) & 3;
  return { size: BLOCK_HEADER + (type === BLOCK_RUN ? 1 : header >> 3), last: (header & 1) === 1 };
}

/** The length of the frame that `bytes` begin with; undefined where it does not end in them. */
export function zstdFrameLength(bytes: Buffer): number | undefined {
  const header = readZstdFrameHeader(bytes);
  if (!header) return undefined;
  let at = header.size + (header.skip ?? 0);
  for (let last = header.skip !== undefined; !last;) {
    if (at + BLOCK_HEADER > bytes.length) return undefined;
    const block = readZstdBlock(bytes, at);
    at += block.size;
    last = block.last;
  }
  at += header.checksum ? 4 : 0;
  return at <= bytes.length ? at : undefined;
}

/**
 * Steps over a frame; false when none begins here.
 *
 * @throws DecodeError when the input ends inside it
 */
export async function skipZstdFrame(cursor: Cursor): Promise<boolean> {
  await cursor.fill(MAX_FRAME_HEADER);
  const header = readZstdFrameHeader(cursor.buffer.subarray(cursor.position, cursor.limit));
  if (!header) return false;
  await cursor.skip(header.size + (header.skip ?? 0), 'frame header');
  for (let last = header.skip !== undefined; !last;) {
    if (!cursor.has(BLOCK_HEADER)) await cursor.need(BLOCK_HEADER, 'block header');
    const block = readZstdBlock(cursor.buffer, cursor.position);
    // Most blocks are large; of those that are not there may be millions.
    if (cursor.has(block.size)) cursor.position += block.size;
    else await cursor.skip(block.size, 'block');
    last = block.last;
  }
  await cursor.skip(header.checksum ? 4 : 0, 'checksum');
  return true;
}
