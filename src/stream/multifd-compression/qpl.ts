/**
 * QPL (Intel IAA): a raw deflate stream (RFC 1951) for each page, or the page.
 *
 * Writer: `multifd_qpl_send_prepare` (migration/multifd-qpl.c), since 9.1.
 */
import { inflateRawSync } from 'node:zlib';
import { inflateExactly } from './node-zlib.js';
import { PageLengthsUnpacker } from './page-lengths.js';
import type { Unpacker } from './unpacker.js';

export function qplUnpacker(): Unpacker {
  return new PageLengthsUnpacker((blob, size) => inflateExactly(inflateRawSync, blob, size));
}
