/**
 * XBZRLE: a page as the runs that changed since it was last sent.
 *
 * The body is a list of (zero run, non-zero run, bytes): both lengths are ULEB128 of at most two bytes; the zero run is
 * skipped in the old page, the bytes replace what follows. What no run covers keeps its old content.
 *
 * Writer: `xbzrle_encode_buffer` (migration/xbzrle.c), since 1.2. Loader: `xbzrle_decode_buffer`.
 */

/**
 * Applies the runs in `data[start, start + length)` to `page`, or only checks them when there is no page.
 *
 * @returns undefined when the whole body makes sense, else what does not
 */
export function decodeXbzrle(
  data: Uint8Array,
  start: number,
  length: number,
  pageSize: number,
  page?: Uint8Array,
): string | undefined {
  const end = start + length;
  let at = start;
  let to = 0;
  while (at < end) {
    if (end - at < 2) return 'ends inside a run';
    const first = at;
    const zeros = uleb(data, at);
    if (zeros < 0) return 'run length over two bytes';
    at += width(data, at);
    if (zeros === 0 && first !== start) return 'empty zero run between runs';
    to += zeros;
    if (to > pageSize) return 'zero run past the end of the page';
    if (end - at < 2) return 'ends inside a run';
    const bytes = uleb(data, at);
    if (bytes < 0) return 'run length over two bytes';
    at += width(data, at);
    if (bytes === 0) return 'empty run of bytes';
    if (to + bytes > pageSize) return 'run of bytes past the end of the page';
    if (at + bytes > end) return 'run of bytes past the end of the record';
    page?.set(data.subarray(at, at + bytes), to);
    at += bytes;
    to += bytes;
  }
  return undefined;
}

function width(data: Uint8Array, at: number): number {
  return data[at]! < 0x80 ? 1 : 2;
}

/** One length; negative when the second byte says that a third follows. */
function uleb(data: Uint8Array, at: number): number {
  const low = data[at]!;
  if (low < 0x80) return low;
  const high = data[at + 1]!;
  return high < 0x80 ? (low & 0x7f) | (high << 7) : -1;
}
