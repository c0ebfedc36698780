/** Bytes as people read them. */

/** Pairs of digits with spaces; behind `most` bytes the rest is counted. */
export function hexBytes(bytes: Uint8Array, most: number): string {
  const shown = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, most)).toString('hex');
  const pairs = shown.replace(/(..)(?=.)/g, '$1 ');
  if (bytes.length <= most) return pairs;
  return `${pairs}${most > 0 ? ' ' : ''}… (${bytes.length} bytes)`;
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
    yield `${(base + at).toString(16).padStart(8, '0')}  ${digits.replace(/(..)(?=.)/g, '$1 ').padEnd(47)}  ${text}`;
  }
  if (bytes.length > most) yield `… (${bytes.length} bytes)`;
}
