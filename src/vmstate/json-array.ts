/** Cuts an array out of a JSON text without reading what is in it, so that texts of many megabytes can be read element by element. */

const OTHER = 0;
const SPACE = 1;
const QUOTE = 2;
const OPENING = 3;
const CLOSING = 4;
const COMMA = 5;
const COLON = 6;
const CLASS = new Uint8Array(256).fill(OTHER);
for (const [kind, characters] of [
  [SPACE, ' \t\n\r'],
  [QUOTE, '"'],
  [OPENING, '[{'],
  [CLOSING, ']}'],
  [COMMA, ','],
  [COLON, ':'],
] as const) {
  for (const byte of Buffer.from(characters)) CLASS[byte] = kind;
}
const BACKSLASH = 0x5c;
const ARRAY = 0x5b;

/** A part of a text. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/**
 * Finds what is between the brackets of the array that stands under a key of the outermost object; the first one where the key repeats.
 * Undefined where there is none that ends.
 */
export function findArray(text: Uint8Array, key: string): Span | undefined {
  const wanted = Buffer.from(`"${key}"`);
  // What stands before a colon ends with a key.
  for (const { to } of items(text, { from: after(text, 0, OPENING), to: text.length }, COLON)) {
    if (wanted.compare(text.subarray(Math.max(0, to - wanted.length), to)) !== 0) continue;
    const opening = after(text, after(text, to, COLON), SPACE);
    if (text[opening] !== ARRAY) continue;
    const from = opening + 1;
    let end = from;
    for (const item of items(text, { from, to: text.length }, COMMA)) end = item.to;
    end = after(text, end, SPACE);
    return end < text.length ? { from, to: end } : undefined;
  }
  return undefined;
}

/** The elements of an array that `findArray` found. */
export function* arrayElements(text: Uint8Array, array: Span): Generator<Span> {
  for (const item of items(text, array, COMMA)) {
    const from = after(text, item.from, SPACE);
    if (from < item.to) yield { from, to: item.to };
  }
}

/** What stands between separators of this kind, up to the end of the object or array around it; without the space behind it. */
function* items(text: Uint8Array, { from, to }: Span, separator: number): Generator<Span> {
  let depth = 0;
  let behind = from;
  for (let at = from; at < to; at++) {
    const kind = CLASS[text[at]!]!;
    if (kind === QUOTE) at = stringEnd(text, at);
    else if (kind === OPENING) depth++;
    else if (kind === CLOSING && --depth < 0) break;
    else if (kind === separator && depth === 0) {
      yield { from, to: behind };
      from = at + 1;
    }
    if (kind !== SPACE) behind = Math.min(at + 1, to);
  }
  yield { from, to: behind };
}

/** The index of the quote that ends the string. */
function stringEnd(text: Uint8Array, at: number): number {
  for (at++; at < text.length && CLASS[text[at]!] !== QUOTE; at++) if (text[at] === BACKSLASH) at++;
  return at;
}

/** Steps over space, and over one byte of the kind where one stands behind it. */
function after(text: Uint8Array, at: number, kind: number): number {
  while (at < text.length && CLASS[text[at]!] === SPACE) at++;
  return kind !== SPACE && at < text.length && CLASS[text[at]!] === kind ? at + 1 : at;
}
