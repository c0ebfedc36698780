/** Finds the way back after damage on a multifd channel: the next packet whose header makes sense. */
import type { Cursor } from '../bytes/cursor.js';
import {
  MULTIFD_DEVICE_STATE_SIZE,
  MULTIFD_FLAG_DEVICE_STATE,
  MULTIFD_FLAG_SYNC,
  MULTIFD_FLAGS,
  MULTIFD_IDSTR_AT,
  MULTIFD_NAME_SIZE,
  MULTIFD_MAX_COMPRESSED,
  MULTIFD_PACKET_START,
  MULTIFD_RAMBLOCK_AT,
  multifdMethod,
  multifdName,
  multifdPageCount,
} from '../wire/multifd.js';
import { PAGE_SIZES } from '../wire/page-size.js';

const SMALLEST_PAGE = Math.min(...PAGE_SIZES);

/** Moves the cursor to the next such packet, or to the end of the input. Reads every byte at most once. */
export async function findPacket(cursor: Cursor, pageSize: number | undefined): Promise<boolean> {
  for (;;) {
    const more = await cursor.fill(MULTIFD_DEVICE_STATE_SIZE);
    const { position, limit } = cursor;
    const window = cursor.buffer.subarray(0, limit);
    let hit = window.indexOf(MULTIFD_PACKET_START, position);
    while (hit >= 0 && hit + MULTIFD_DEVICE_STATE_SIZE <= limit) {
      if (isPlausible(window, hit, pageSize)) {
        cursor.position = hit;
        return true;
      }
      hit = window.indexOf(MULTIFD_PACKET_START, hit + 1);
    }
    if (!more) {
      cursor.position = limit;
      return false;
    }
    // What is left may be the start of a packet that goes on in the next window.
    cursor.position = hit >= 0 ? hit : limit - MULTIFD_PACKET_START.length + 1;
  }
}

/** Judges the header at `at`, of which `MULTIFD_DEVICE_STATE_SIZE` bytes are there. */
function isPlausible(buffer: Buffer, at: number, pageSize: number | undefined): boolean {
  const flags = buffer.readUInt32BE(at + 8);
  if (flags & ~MULTIFD_FLAGS) return false;
  if (flags & MULTIFD_FLAG_DEVICE_STATE) {
    return (flags & MULTIFD_FLAG_SYNC) === 0 && hasName(buffer, at + MULTIFD_IDSTR_AT, MULTIFD_NAME_SIZE);
  }
  if (multifdMethod(flags) === undefined) return false;
  const room = buffer.readUInt32BE(at + 12);
  const normal = buffer.readUInt32BE(at + 16);
  const zero = buffer.readUInt32BE(at + 32);
  if (room > multifdPageCount(pageSize ?? SMALLEST_PAGE) || normal + zero > room) return false;
  if (buffer.readUInt32BE(at + 20) > MULTIFD_MAX_COMPRESSED) return false;
  for (let unused = at + 36; unused < at + MULTIFD_RAMBLOCK_AT; unused++) if (buffer[unused] !== 0) return false;
  const pages = normal + zero > 0;
  // Of the 256 bytes of the name 212 are there: names of blocks are shorter.
  return !pages || hasName(buffer, at + MULTIFD_RAMBLOCK_AT, MULTIFD_DEVICE_STATE_SIZE - MULTIFD_RAMBLOCK_AT);
}

function hasName(buffer: Buffer, at: number, room: number): boolean {
  const name = multifdName(buffer.subarray(at, at + room));
  return name !== undefined && name.length > 0 && name.every((byte) => byte >= 0x20 && byte < 0x7f);
}
