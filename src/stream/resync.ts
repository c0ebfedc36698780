/** Finds the way back after damage: the next footer of a section that the stream has opened, with an element behind it. */
import type { Cursor } from '../bytes/cursor.js';
import { FOOTER_SIZE, QEMU_VM_SECTION_FOOTER } from '../wire/section.js';
import { elementAt, PLAUSIBLE_LOOKAHEAD } from './plausible.js';

/** Moves the cursor behind the next such footer, or to the end of the range or input. Reads every byte at most once. */
export async function resync(
  cursor: Cursor,
  known: (id: number) => boolean,
  started: (id: number) => boolean,
): Promise<boolean> {
  for (;;) {
    await cursor.fill(FOOTER_SIZE + PLAUSIBLE_LOOKAHEAD);
    const { buffer, position, limit } = cursor;
    const hit = buffer.subarray(0, limit).indexOf(QEMU_VM_SECTION_FOOTER, position);
    cursor.position = hit < 0 ? limit : hit;
    if (hit < 0) {
      if (await cursor.atEnd()) return false;
      continue;
    }
    await cursor.fill(FOOTER_SIZE + PLAUSIBLE_LOOKAHEAD);
    if (!cursor.has(FOOTER_SIZE)) {
      cursor.position = cursor.limit;
      return false;
    }
    const end = cursor.position + FOOTER_SIZE;
    const footer = known(cursor.view.getUint32(cursor.position + 1));
    if (footer && elementAt(cursor.buffer, end, cursor.limit, started) === 'strong') {
      cursor.position = end;
      return true;
    }
    cursor.position++;
  }
}

const ZEROS = Buffer.alloc(1 << 16);

/** Moves the cursor over zeros; true when nothing else is left in the input. */
export async function onlyZerosLeft(cursor: Cursor): Promise<boolean> {
  for (;;) {
    if (await cursor.atEnd()) return true;
    const { buffer, position, limit } = cursor;
    const step = Math.min(ZEROS.length, limit - position);
    if (buffer.compare(ZEROS, 0, step, position, position + step) !== 0) return false;
    cursor.position += step;
  }
}
