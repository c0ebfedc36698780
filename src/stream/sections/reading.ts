/** Steps that the section decoders share. */
import { DecodeError } from '../../finding.js';
import type { SectionInput } from './section-decoder.js';

/** Data up to this many bytes is kept in its record; anything longer is stepped over. */
export const MAX_KEPT = 4096;

/** Brings the next bytes into the window. Slow listeners are waited for first, so that a long payload does not pile up on them. */
export async function more({ cursor, out }: SectionInput, count: number, what: string): Promise<void> {
  const wait = out.drain();
  if (wait) await wait;
  await cursor.need(count, what);
}

/** Steps over `count` bytes; a promise only where they are not in the window. */
export function stepOver({ cursor }: SectionInput, count: number, what: string): Promise<void> | undefined {
  if (!cursor.has(count)) return cursor.skip(count, what);
  cursor.position += count;
  return undefined;
}

/** Takes `count` bytes and reports them in pieces where somebody wants them; steps over them where nobody does. */
export function passOn(input: SectionInput, count: number, name: string, what: string): Promise<void> | undefined {
  return input.out.wantsSectionData ? pieces(input, count, name, what) : stepOver(input, count, what);
}

async function pieces(input: SectionInput, count: number, name: string, what: string): Promise<void> {
  const { cursor, out, idstr, instance } = input;
  for (let left = count; left > 0;) {
    if (!cursor.has(1)) await more(input, 1, what);
    const offset = cursor.offset;
    const data = cursor.bytes(Math.min(left, cursor.limit - cursor.position));
    left -= data.length;
    out.event({ kind: 'section-data', offset, section: idstr, instance, name, data });
  }
}

/** The error for a record that no writer produces. */
export function malformed(
  { idstr }: Pick<SectionInput, 'idstr'>,
  what: string,
  message: string,
  at: { readonly offset: number; readonly length?: number },
  detail: { readonly expected?: string; readonly found?: string } = {},
): DecodeError {
  return new DecodeError('malformed', 'section-record', message, { ...at, path: `${idstr} > ${what}` }, detail);
}
