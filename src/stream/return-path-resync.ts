/** Finds the way back on a damaged return path: the next bytes that have the shape of a message with another one behind it. */
import type { Cursor } from '../bytes/cursor.js';
import { isReturnPathLength, RETURN_PATH_MESSAGES, RP_HEADER } from '../wire/return-path.js';

/** The longest message that has a shape, and the header of the next. */
const LOOKAHEAD = RP_HEADER.size + 12 + 256 + RP_HEADER.size;
const LARGEST_COLO_MESSAGE = 6;

/** `zeros`: the input ends, and nothing but zeros stood before its end. */
export type Resynced = 'message' | 'end' | 'zeros';

/** Moves the cursor to the next message, or to the end of the input. Reads every byte at most once. */
export async function resyncReturnPath(cursor: Cursor): Promise<Resynced> {
  if (await cursor.fill(RP_HEADER.size)) {
    // A message that only its receiver would refuse still says where the next one begins.
    const stated = RP_HEADER.size + cursor.view.getUint16(cursor.position + 2);
    if ((await returnPathMessageAt(cursor, stated)) && cursor.view.getUint32(cursor.position) !== 0) {
      cursor.position += stated;
      return 'message';
    }
  }
  const start = cursor.offset;
  let zeros = true;
  while (await cursor.fill(1)) {
    const more = await cursor.fill(LOOKAHEAD + 1);
    const last = more ? cursor.limit - LOOKAHEAD : cursor.limit;
    for (; cursor.position < last; cursor.position++) {
      if (cursor.offset > start && isMessage(cursor, cursor.position)) return 'message';
      zeros &&= cursor.peekU8() === 0;
    }
  }
  return zeros ? 'zeros' : 'end';
}

/** True when a message, or the end of the input, stands this many bytes ahead. */
export async function returnPathMessageAt(cursor: Cursor, ahead: number): Promise<boolean> {
  await cursor.fill(ahead + LOOKAHEAD);
  const at = cursor.position + ahead;
  return at === cursor.limit || (at < cursor.limit && isMessage(cursor, at));
}

function isMessage(cursor: Cursor, at: number): boolean {
  const end = messageEnd(cursor, at);
  if (end === undefined || end.named) return end !== undefined;
  const there = cursor.limit - end.at;
  if (there === 0) return true;
  if (there < RP_HEADER.size) return false;
  return messageEnd(cursor, end.at) !== undefined || cursor.view.getUint32(end.at) <= LARGEST_COLO_MESSAGE;
}

/** Where the message at an index ends, going by its header and the length of its name; undefined when it can be none. */
function messageEnd(cursor: Cursor, at: number): { readonly at: number; readonly named: boolean } | undefined {
  const { buffer, view, limit } = cursor;
  if (limit - at < RP_HEADER.size) return undefined;
  const info = RETURN_PATH_MESSAGES.get(view.getUint16(at));
  const length = view.getUint16(at + 2);
  if (!info || !isReturnPathLength(info, length)) return undefined;
  const end = at + RP_HEADER.size + length;
  if (!info.named) return { at: end, named: false };
  if (end > limit) return undefined;
  const name = at + RP_HEADER.size + info.fixed;
  const text = buffer[name] === end - name - 1 && buffer.subarray(name + 1, end).every(isText);
  return text ? { at: end, named: true } : undefined;
}

function isText(byte: number): boolean {
  return byte >= 0x20 && byte < 0x7f;
}
