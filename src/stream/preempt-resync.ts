/** Finds the way back after damage on a preempt channel: the next page that names its block. Those that say "same block as before" cannot be placed. */
import type { Cursor } from '../bytes/cursor.js';
import { RAM_SAVE_FLAG_PAGE, RAM_SAVE_FLAG_ZERO } from '../wire/ram.js';
import type { RamBlock } from './events.js';
import { isPageSize } from '../wire/page-size.js';

/** The word of a record, and the longest name with its length. */
const HEAD = 8 + 1 + 255;
const SMALLEST_PAGE = 0x100;

/** Moves the cursor to the next record of a page that names a block that is known, or to the end of the input. Reads every byte once. */
export async function findNamedPage(cursor: Cursor, blocks: readonly RamBlock[], pageSize: number): Promise<boolean> {
  const lengths = new Map(blocks.filter(({ declared }) => declared).map(({ name, usedLength }) => [name, usedLength]));
  const step = isPageSize(pageSize) ? pageSize : SMALLEST_PAGE;
  for (;;) {
    const more = await cursor.fill(HEAD);
    const { buffer, view, limit } = cursor;
    const last = more ? limit - HEAD : limit - 9;
    for (let at = cursor.position; at <= last; at++) {
      const low = view.getUint32(at + 4);
      const flags = low & (step - 1);
      if (flags !== RAM_SAVE_FLAG_PAGE && flags !== RAM_SAVE_FLAG_ZERO) continue;
      const end = at + 9 + buffer[at + 8]!;
      const length = end <= limit ? lengths.get(buffer.toString('latin1', at + 9, end)) : undefined;
      if (length === undefined || view.getUint32(at) * 0x1_0000_0000 + (low - flags) >= length) continue;
      cursor.position = at;
      return true;
    }
    cursor.position = more ? last + 1 : limit;
    if (!more) return false;
  }
}
