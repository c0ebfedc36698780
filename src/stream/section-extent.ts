/**
 * Finds where a section ends whose layout is not built in: by the size that a vmdesc describes, or by its footer and what follows.
 */
import { type Cursor, MAX_LOOKAHEAD } from '../bytes/cursor.js';
import { DecodeError } from '../finding.js';
import { FOOTER_SIZE, footerBytes, QEMU_VM_EOF, QEMU_VM_SECTION_FULL } from '../wire/section.js';
import { elementAt, PLAUSIBLE_LOOKAHEAD } from './plausible.js';

export interface ExtentContext {
  /** Whether sections have footers; undefined before the first section shows it. */
  readonly footers: boolean | undefined;
  readonly started: (id: number) => boolean;
}

/** The payload is the `length` bytes at the cursor, all of them in the window. */
export interface Extent {
  readonly length: number;
  readonly footer: boolean;
}

/** Takes `size` as the length when a footer, or without footers an element, stands where it ends. */
export async function extentBySize(
  cursor: Cursor,
  id: number,
  size: number,
  context: ExtentContext,
): Promise<Extent | undefined> {
  if (!Number.isSafeInteger(size) || size < 0) return undefined;
  if (size + FOOTER_SIZE + PLAUSIBLE_LOOKAHEAD > MAX_LOOKAHEAD) return undefined;
  await cursor.fill(size + FOOTER_SIZE + PLAUSIBLE_LOOKAHEAD);
  if (!cursor.has(size)) return undefined;
  const { buffer, limit } = cursor;
  const end = cursor.position + size;
  if (context.footers !== false && isFooter(buffer, end, limit, id)) return { length: size, footer: true };
  if (context.footers === true) return undefined;
  return elementAt(buffer, end, limit, context.started) === 'no' ? undefined : { length: size, footer: false };
}

/**
 * Searches for the footer of section `id` that an element, or the end of the input, follows.
 *
 * @throws DecodeError `truncated` when the input ends first, `too-large` when the window does
 */
export async function extentByFooter(cursor: Cursor, id: number, context: ExtentContext): Promise<Extent | undefined> {
  const footer = footerBytes(id);
  let from = 0;
  let weak: number | undefined;
  for (;;) {
    const { buffer, position, limit } = cursor;
    const hit = buffer.subarray(0, limit).indexOf(footer, position + from);
    if (hit < 0) {
      const searched = limit - position;
      if (await cursor.fill(searched + 1)) {
        from = Math.max(0, searched - FOOTER_SIZE + 1);
        continue;
      }
      if (weak !== undefined) return { length: weak, footer: true };
      if (searched >= MAX_LOOKAHEAD) {
        throw new DecodeError('unsupported', 'too-large', `no footer within ${MAX_LOOKAHEAD >> 20} MiB`, {
          offset: cursor.offset,
        });
      }
      return undefined;
    }
    const length = hit - position;
    await cursor.fill(length + FOOTER_SIZE + PLAUSIBLE_LOOKAHEAD);
    const end = cursor.position + length + FOOTER_SIZE;
    const plausible = elementAt(cursor.buffer, end, cursor.limit, context.started);
    if (plausible === 'strong') return { length, footer: true };
    if (plausible === 'weak') weak ??= length;
    from = length + 1;
  }
}

/** Longer names, higher ids and versions than any device has are taken for chance. */
const GUESS = { name: 96, id: 1 << 16, version: 1 << 12, instance: 1 << 16 };

/**
 * Searches for what looks like the header of another device section, or the end of the stream: the only thing to go by where there are
 * neither footers nor a description. Device state can look like anything, so that this is a guess.
 */
export async function extentByGuess(cursor: Cursor): Promise<Extent | undefined> {
  let from = 0;
  for (;;) {
    await cursor.fill(from + PLAUSIBLE_LOOKAHEAD);
    const { buffer, position, limit } = cursor;
    if (position + from >= limit) return undefined;
    const last = limit - PLAUSIBLE_LOOKAHEAD;
    const ended = position + from > last;
    for (let at = position + from; at <= (ended ? limit - 1 : last); at++) {
      if (looksLikeFull(buffer, at, limit) || (ended && looksLikeEnd(buffer, at, limit)))
        return { length: at - position, footer: false };
    }
    from = (ended ? limit : last + 1) - position;
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
