/** Zeros behind packed data, of which tapes and block devices have some. */
import type { Cursor } from '../../bytes/cursor.js';

/** Steps over zeros; true when nothing else follows. */
export async function onlyZerosFollow(cursor: Cursor): Promise<boolean> {
  while (!(await cursor.atEnd())) {
    const { buffer, position, limit } = cursor;
    let at = position;
    while (at < limit && buffer[at] === 0) at++;
    cursor.position = at;
    if (at < limit) return false;
  }
  return true;
}
