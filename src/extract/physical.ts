/** Writes memory as one file in which each byte lies at its guest-physical address; what has no block is a hole. */
import { ftruncateSync } from 'node:fs';
import type { AddressSegment } from '../model/address-map.js';
import { type BlockReader, copySparse } from './sparse-copy.js';

/** Fills `fd`, an empty file, and returns its length: the end of the last segment. */
export function writePhysical(fd: number, segments: readonly AddressSegment[], blocks: BlockReader): number {
  const end = segments.reduce((last, { address, length }) => Math.max(last, address + length), 0);
  // First, so that a file system that has no files of this size says so before the work.
  ftruncateSync(fd, end);
  for (const { block, blockOffset, address, length } of segments) {
    copySparse(blocks(block).fd, blockOffset, fd, address, length);
  }
  return end;
}
