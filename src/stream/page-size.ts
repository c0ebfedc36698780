/** Finds the target page size of a stream that does not state it: the size under which its records fit together. */
import type { Cursor } from '../bytes/cursor.js';
import { likelyPageSize, PAGE_SIZES } from '../wire/page-size.js';
import {
  RAM_SAVE_FLAG_COMPRESS_PAGE,
  RAM_SAVE_FLAG_CONTINUE,
  RAM_SAVE_FLAG_EOS,
  RAM_SAVE_FLAG_HOOK,
  RAM_SAVE_FLAG_MULTIFD_FLUSH,
  RAM_SAVE_FLAG_PAGE,
  RAM_SAVE_FLAG_XBZRLE,
  RAM_SAVE_FLAG_ZERO,
  XBZRLE_HEADER_SIZE,
} from '../wire/ram.js';

/**
 * Tries every page size on the records in the window. A size fits when no record fails; of those that fit, the one that the
 * machine type suggests wins, then the one that read most records.
 *
 * @returns undefined when none fits
 */
export function findPageSize(cursor: Cursor, machine: string | undefined): number | undefined {
  const likely = likelyPageSize(machine);
  const candidates = [likely, ...PAGE_SIZES.filter((size) => size !== likely)];
  let best: { pageSize: number; records: number } | undefined;
  for (const pageSize of candidates) {
    const records = countRecords(cursor, pageSize);
    if (records !== undefined && (!best || records > 4 * best.records)) best = { pageSize, records };
  }
  return best?.pageSize;
}

/** The number of records up to EOS or the end of the window, or undefined when one of them makes no sense. */
function countRecords(cursor: Cursor, pageSize: number): number | undefined {
  const { buffer, view, limit } = cursor;
  let at = cursor.position;
  let records = 0;
  let pages = 0;
  while (at + 8 <= limit) {
    const high = view.getUint32(at);
    const low = view.getUint32(at + 4);
    const flags = low & (pageSize - 1);
    const type = flags & ~RAM_SAVE_FLAG_CONTINUE;
    // No guest has more than 2^52 bytes of RAM.
    if (high >= 0x10_0000) return undefined;
    at += 8;
    records++;
    if (type === RAM_SAVE_FLAG_EOS)
      return pages > 0 && at + 5 <= limit && buffer[at]! > 0x08 && buffer[at] !== 0x7e ? undefined : records;
    if (type === RAM_SAVE_FLAG_MULTIFD_FLUSH || type === RAM_SAVE_FLAG_HOOK) continue;
    if ((flags & RAM_SAVE_FLAG_CONTINUE) === 0) {
      if (at >= limit) return records;
      const length = buffer[at]!;
      if (length === 0 || !isName(buffer, at + 1, Math.min(limit, at + 1 + length))) return undefined;
      at += 1 + length;
    }
    pages++;
    if (type === RAM_SAVE_FLAG_PAGE) at += pageSize;
    else if (type === RAM_SAVE_FLAG_ZERO) at += 1;
    else if (type === RAM_SAVE_FLAG_XBZRLE) {
      if (at + XBZRLE_HEADER_SIZE > limit) return records;
      if (buffer[at] !== 1) return undefined;
      at += XBZRLE_HEADER_SIZE + view.getUint16(at + 1);
    } else if (type === RAM_SAVE_FLAG_COMPRESS_PAGE) {
      if (at + 4 > limit) return records;
      at += 4 + view.getUint32(at);
    } else return undefined;
  }
  return records;
}

function isName(buffer: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (buffer[at]! < 0x20 || buffer[at]! > 0x7e) return false;
  return true;
}
