/** The guest's memory by guest-physical address, on top of whoever holds the contents of RAM blocks. */
import type { AddressMap, AddressSegment } from './address-map.js';

/** Reads exactly `length` bytes of a block; undefined where they are not known. */
export type BlockReader = (block: string, offset: number, length: number) => Uint8Array | undefined;

/**
 * Reads guest-physical memory: exactly `length` bytes, or undefined where some of them have no known place or no known contents.
 * A range may run over the end of a segment into the next.
 */
export function guestMemory(
  map: AddressMap,
  read: BlockReader,
): (address: number, length: number) => Uint8Array | undefined {
  return (address, length) => {
    const first = segmentAt(map.segments, address);
    if (!first || length < 0) return undefined;
    const within = address - first.address;
    if (within + length <= first.length) return exactly(read(first.block, first.blockOffset + within, length), length);
    const bytes = Buffer.alloc(length);
    for (let done = 0; done < length;) {
      const segment = segmentAt(map.segments, address + done);
      if (!segment) return undefined;
      const from = address + done - segment.address;
      const count = Math.min(length - done, segment.length - from);
      const part = exactly(read(segment.block, segment.blockOffset + from, count), count);
      if (!part) return undefined;
      bytes.set(part, done);
      done += count;
    }
    return bytes;
  };
}

function exactly(bytes: Uint8Array | undefined, length: number): Uint8Array | undefined {
  return bytes?.length === length ? bytes : undefined;
}

/** Segments are sorted by address and do not overlap. */
function segmentAt(segments: readonly AddressSegment[], address: number): AddressSegment | undefined {
  let low = 0;
  let high = segments.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const { address: start, length } = segments[middle]!;
    if (address < start) high = middle;
    else if (address >= start + length) low = middle + 1;
    else return segments[middle];
  }
  return undefined;
}
