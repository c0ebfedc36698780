/** Bytes as two-digit hexadecimal numbers with spaces between them. */

const DIGITS = Buffer.from('0123456789abcdef');
const SPACE = 0x20;

/** Holds the text of one call; grows to the largest. */
let scratch = Buffer.alloc(3 * 4096);

export function hexBytes(bytes: Uint8Array): string {
  const { length } = bytes;
  if (length === 0) return '';
  if (scratch.length < 3 * length) scratch = Buffer.alloc(3 * length);
  const text = scratch;
  for (let i = 0, at = 0; i < length; i++) {
    const byte = bytes[i]!;
    text[at++] = DIGITS[byte >>> 4]!;
    text[at++] = DIGITS[byte & 15]!;
    text[at++] = SPACE;
  }
  return text.toString('latin1', 0, 3 * length - 1);
}
