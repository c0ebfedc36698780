/**
 * Where a cluster of a qcow2 image lies, by its entry in an L2 table.
 *
 * Standard cluster: bits 9-55 offset in the file, bit 0 reads as zeros (version 3), nothing set: not allocated.
 * Compressed cluster (bit 62), with x = 62 - (cluster bits - 8): bits 0 to x-1 offset in the file, bits x to 61 how many sectors of 512 bytes it
 * touches, less one.
 *
 * Document: docs/interop/qcow2.txt of QEMU, "L2 table entry"; reader: `qcow2_get_host_offset` (block/qcow2-cluster.c).
 */
import { inflateRawSync, constants } from 'node:zlib';
import { decompress } from 'fzstd';
import { zstdFrameLength } from '../compressed/zstd-frame.js';

const COMPRESSED = 0x4000_0000;
const OFFSET_HIGH = 0x00ff_ffff;
const OFFSET_LOW = 0xffff_fe00;
const SECTOR = 512;

export type ClusterKind = 'data' | 'zero' | 'unallocated' | 'compressed';

/** The kind of an entry, by its two halves. */
export function clusterKind(high: number, low: number): ClusterKind {
  if (high & COMPRESSED) return 'compressed';
  if (low & 1) return 'zero';
  return (high & OFFSET_HIGH) === 0 && (low & OFFSET_LOW) === 0 ? 'unallocated' : 'data';
}

/** Where a standard cluster, or the L2 table of an L1 entry, lies in the file. */
export function hostOffset(high: number, low: number): number {
  return (high & OFFSET_HIGH) * 0x1_0000_0000 + ((low & OFFSET_LOW) >>> 0);
}

/** Where a compressed cluster lies, and how long it is at most. */
export function compressedExtent(high: number, low: number, clusterBits: number): { offset: number; length: number } {
  // The fields meet in the high half: x is 49 to 61.
  const x = 62 - (clusterBits - 8) - 32;
  const offset = (high & (2 ** x - 1)) * 0x1_0000_0000 + low;
  const sectors = ((high & 0x3fff_ffff) >>> x) + 1;
  return { offset, length: sectors * SECTOR - (offset % SECTOR) };
}

/** Unpacks a compressed cluster of exactly `size` bytes; undefined when it is damaged. What follows it in `packed` is not looked at. */
export function unpackCluster(packed: Buffer, compression: 'deflate' | 'zstd', size: number): Uint8Array | undefined {
  try {
    const bytes = compression === 'deflate' ? inflate(packed, size) : unzstd(packed, size);
    return bytes.length < size ? undefined : bytes.subarray(0, size);
  } catch {
    return undefined;
  }
}

function inflate(packed: Buffer, size: number): Uint8Array {
  return inflateRawSync(packed, { maxOutputLength: 2 * size, finishFlush: constants.Z_SYNC_FLUSH });
}

/** One frame, or several until the cluster is full. */
function unzstd(packed: Buffer, size: number): Uint8Array {
  const cluster = new Uint8Array(size);
  let filled = 0;
  for (let at = 0; filled < size;) {
    const length = zstdFrameLength(packed.subarray(at));
    if (length === undefined) break;
    filled += decompress(packed.subarray(at, at + length), cluster.subarray(filled)).length;
    at += length;
  }
  return cluster.subarray(0, filled);
}
