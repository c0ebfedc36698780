/**
 * The page size of a multifd channel that is read without its main channel: no field says it, but the header of a packet has the
 * size that it makes.
 */
import type { Cursor } from '../bytes/cursor.js';
import { MULTIFD_PACKET_SIZE, MULTIFD_PACKET_START, MULTIFD_RAM_FIELDS, multifdHeaderSize } from '../wire/multifd.js';
import { PAGE_SIZES } from '../wire/page-size.js';

const FIELDS_AT = 12;
/** From the shortest header to the longest. */
const LARGEST_FIRST = [...PAGE_SIZES].sort((a, b) => b - a);

export function isPageSize(size: number): boolean {
  return PAGE_SIZES.some((known) => known === size);
}

/**
 * Tells the page size from the RAM packet at the cursor: by its page count or, where it has none, by where the next packet begins,
 * which means reading ahead that far.
 */
export async function inferPageSize(
  cursor: Cursor,
): Promise<{ readonly pageSize: number; readonly evidence: string } | undefined> {
  await cursor.need(FIELDS_AT + MULTIFD_RAM_FIELDS.size, 'multifd packet header');
  const at = cursor.position + FIELDS_AT;
  const { pagesAlloc } = MULTIFD_RAM_FIELDS.parse(
    cursor.buffer.subarray(at, at + MULTIFD_RAM_FIELDS.size),
    cursor.offset + FIELDS_AT,
  );
  const counted = MULTIFD_PACKET_SIZE / pagesAlloc;
  if (isPageSize(counted)) return { pageSize: counted, evidence: `a multifd packet has room for ${pagesAlloc} pages` };
  if (pagesAlloc !== 0) return undefined;
  for (const pageSize of LARGEST_FIRST) {
    const size = multifdHeaderSize(pageSize);
    const more = await cursor.fill(size + MULTIFD_PACKET_START.length);
    const next = cursor.position + size;
    const fits = more
      ? MULTIFD_PACKET_START.every((byte, i) => cursor.buffer[next + i] === byte)
      : cursor.position + size === cursor.limit;
    if (fits) return { pageSize, evidence: `the next multifd packet begins ${size} bytes on` };
  }
  return undefined;
}
