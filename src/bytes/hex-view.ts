/** Bytes as people read them. */

const DIGITS = Buffer.from('0123456789abcdef');
const SPACE = 0x20;

/** Holds the text of one call; grows to the largest. */
let scratch = Buffer.alloc(3 * 4096);

/** Pairs of digits with spaces; behind `most` bytes the rest is counted. */
export function hexBytes(bytes: Uint8Array, most = Infinity): string {
  const length = Math.min(bytes.length, most);
  if (scratch.length < 3 * length) scratch = Buffer.alloc(3 * length);
  const text = scratch;
  for (let i = 0, at = 0; i < length; i++) {
    const byte = bytes[i]!;
    text[at++] = DIGITS[byte >>> 4]!;
    text[at++] = DIGITS[byte & 15]!;
    text[at++] = SPACE;
  }
  const pairs = length === 0 ? '' : text.toString('latin1', 0, 3 * length - 1);
  return bytes.length === length ? pairs : `${pairs}${length > 0 ? ' ' : ''}… (${bytes.length} bytes)`;
}

/** Lines of 16 bytes: offset, digits, characters. Lines that repeat the one before are left out behind a `*`. */
export function* hexLines(bytes: Uint8Array, base: number, most: number): Generator<string> {
  const end = Math.min(bytes.length, most);
  let before = '';
  let repeated = false;
  for (let at = 0; at < end; at += 16) {
    const line = Buffer.from(bytes.buffer, bytes.byteOffset + at, Math.min(16, end - at));
    const digits = line.toString('hex');
    if (digits === before && at + 16 < end) {
      if (!repeated) yield '*';
      repeated = true;
      continue;
    }
    before = digits;
    repeated = false;
    const text = line.toString('latin1').replace(/[^\x20-\x7e]/g, '.');
    yield `${(base + at).toString(16).padStart(8, '0')}  ${hexBytes(line).padEnd(47)}  ${text}`;
  }
  if (bytes.length > most) yield `… (${bytes.length} bytes)`;
}
