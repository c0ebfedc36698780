/**
 * Finds where a section ends whose layout is not built in: by the size that a vmdesc describes, or by its footer and what follows.
 */
import { type Cursor, MAX_LOOKAHEAD } from '../bytes/cursor.js';
import { FOOTER_SIZE, footerBytes, QEMU_VM_EOF, QEMU_VM_SECTION_FULL } from '../wire/section.js';
import { elementAt, PLAUSIBLE_LOOKAHEAD } from './plausible.js';

export interface ExtentContext {
  /** Whether sections have footers; undefined before the first section shows it. */
  readonly footers: boolean | undefined;
  readonly started: (id: number) => boolean;
}

/** How far the search goes on for something better than what only may be a footer; from a pipe that much is held. */
const MAX_WEAK = 16 << 20;

/** The payload is the `length` bytes from where the search began. Where it leaves the cursor, nobody has to know. */
export interface Extent {
  readonly length: number;
  readonly footer: boolean;
}

/**
 * Takes `size` as the length when a footer, or without footers an element, stands where it ends. From a pipe, what is too large to be held
 * meanwhile is not looked at.
 */
export async function extentBySize(
  cursor: Cursor,
  id: number,
  size: number,
  context: ExtentContext,
): Promise<Extent | undefined> {
  if (!Number.isSafeInteger(size) || size < 0 || size > cursor.remaining) return undefined;
  const start = cursor.offset;
  if (!cursor.seekable) {
    if (size > MAX_LOOKAHEAD) return undefined;
    cursor.keep = start;
  }
  const found = await endsAt(cursor, id, start + size, context);
  cursor.moveTo(start);
  if (found === undefined) return undefined;
  return { length: size, footer: found === 'footer' };
}

async function endsAt(
  cursor: Cursor,
  id: number,
  end: number,
  { footers, started }: ExtentContext,
): Promise<'footer' | 'element' | undefined> {
  if (!(await forwards(cursor, end))) return undefined;
  await cursor.fill(FOOTER_SIZE + PLAUSIBLE_LOOKAHEAD);
  const { buffer, position, limit } = cursor;
  if (footers !== false && isFooter(buffer, position, limit, id)) return 'footer';
  return footers === true || elementAt(buffer, position, limit, started) === 'no' ? undefined : 'element';
}

/** Moves the cursor forwards, as far as the input goes. */
async function forwards(cursor: Cursor, offset: number): Promise<boolean> {
  if (cursor.seekable) return cursor.moveTo(offset);
  while (cursor.offset < offset) {
    if (await cursor.atEnd()) return false;
    if (offset - cursor.offset > cursor.limit - cursor.position) cursor.position = cursor.limit;
    else cursor.moveTo(offset);
  }
  return true;
}

/**
 * The length of a payload that the window holds, with its footer and enough of what follows to be sure; `size` is what a vmdesc says of it. Undefined
 * leaves it to the other functions to find out more.
 */
export function footerInWindow(
  { buffer, position, limit }: Cursor,
  id: number,
  size: number | undefined,
  started: (id: number) => boolean,
): number | undefined {
  if (size !== undefined) return isFooter(buffer, position + size, limit, id) ? size : undefined;
  const hit = buffer.subarray(0, limit).indexOf(footerBytes(id), position);
  const end = hit + FOOTER_SIZE;
  if (hit < 0 || end + PLAUSIBLE_LOOKAHEAD > limit) return undefined;
  return elementAt(buffer, end, limit, started) === 'strong' ? hit - position : undefined;
}

/**
 * Searches for the footer of section `id` that an element, or the end of the input, follows. Reads on without holding what it has searched, except as far
 * as `hold` asks for it.
 *
 * @param hold bytes from the start of the payload that `moveTo` shall lead back to, from a pipe too; a longer payload is let go
 * @param most bytes that are searched
 */
export async function extentByFooter(
  cursor: Cursor,
  id: number,
  context: ExtentContext,
  { hold = 0, most = Infinity }: { readonly hold?: number; readonly most?: number } = {},
): Promise<Extent | undefined> {
  const start = cursor.offset;
  const footer = footerBytes(id);
  let weak: number | undefined;
  cursor.keep = hold > 0 ? start : Infinity;
  for (;;) {
    const { buffer, position, limit } = cursor;
    const hit = buffer.subarray(0, limit).indexOf(footer, position);
    cursor.position = hit < 0 ? Math.max(position, limit - FOOTER_SIZE + 1) : hit;
    const searched = cursor.offset - start;
    if (searched > hold && cursor.keep === start) cursor.keep = weak ?? Infinity;
    const enough = searched > most || (weak !== undefined && cursor.offset - weak > MAX_WEAK);
    if (enough || (hit < 0 && !(await cursor.fill(cursor.limit - cursor.position + 1))))
      return weak === undefined ? undefined : { length: weak - start, footer: true };
    if (hit < 0) continue;
    await cursor.fill(FOOTER_SIZE + PLAUSIBLE_LOOKAHEAD);
    const found = cursor.offset;
    const plausible = elementAt(cursor.buffer, cursor.position + FOOTER_SIZE, cursor.limit, context.started);
    if (plausible === 'strong') return { length: found - start, footer: true };
    if (plausible === 'weak' && weak === undefined) {
      weak = found;
      cursor.keep = Math.min(cursor.keep, weak);
    }
    cursor.position++;
  }
}

/** Longer names, higher ids and versions than any device has are taken for chance. */
const GUESS = { name: 96, id: 1 << 16, version: 1 << 12, instance: 1 << 16 };

/**
 * Searches for what looks like the header of another device section, or the end of the stream: the only thing to go by where there are
 * neither footers nor a description. Device state can look like anything, so that this is a guess.
 */
export async function extentByGuess(cursor: Cursor, hold = 0): Promise<Extent | undefined> {
  const start = cursor.offset;
  cursor.keep = hold > 0 ? start : Infinity;
  for (;;) {
    await cursor.fill(PLAUSIBLE_LOOKAHEAD);
    if (!cursor.has(1)) return undefined;
    const { buffer, limit } = cursor;
    const last = limit - PLAUSIBLE_LOOKAHEAD;
    const ended = cursor.position > last;
    const behind = ended ? limit : last + 1;
    for (let at = cursor.position; at < behind; at++) {
      if (looksLikeFull(buffer, at, limit) || (ended && looksLikeEnd(buffer, at, limit))) {
        cursor.position = at;
        return { length: cursor.offset - start, footer: false };
      }
    }
    cursor.position = behind;
    if (cursor.offset - start > hold && cursor.keep === start) cursor.keep = Infinity;
  }
}

function looksLikeFull(buffer: Buffer, at: number, limit: number): boolean {
  if (buffer[at] !== QEMU_VM_SECTION_FULL || at + 14 > limit) return false;
  const length = buffer[at + 5]!;
  const behind = at + 6 + length;
  if (length < 2 || length > GUESS.name || behind + 8 > limit || buffer.readUInt32BE(at + 1) >= GUESS.id) return false;
  for (let i = at + 6; i < behind; i++) if (buffer[i]! <= 0x20 || buffer[i]! > 0x7e) return false;
  return buffer.readUInt32BE(behind) < GUESS.instance && buffer.readUInt32BE(behind + 4) < GUESS.version;
}

/** EOF as the very last byte of the input. */
function looksLikeEnd(buffer: Buffer, at: number, limit: number): boolean {
  return buffer[at] === QEMU_VM_EOF && at === limit - 1;
}

export function isFooter(buffer: Buffer, at: number, limit: number, id: number): boolean {
  return at + FOOTER_SIZE <= limit && buffer[at] === 0x7e && buffer.readUInt32BE(at + 1) === id;
}
