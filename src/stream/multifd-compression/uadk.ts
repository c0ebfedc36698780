/**
 * UADK (Kunpeng accelerator): a zlib stream (RFC 1950) for each page, or the page; without the hardware always the page.
 *
 * Writer: `multifd_uadk_send_prepare` (migration/multifd-uadk.c), since 9.1.
 */
import { inflateSync } from 'node:zlib';
import { inflateExactly } from './node-zlib.js';
import { PageLengthsUnpacker } from './page-lengths.js';
import type { Unpacker } from './unpacker.js';

export function uadkUnpacker(): Unpacker {
  return new PageLengthsUnpacker((blob, size) => inflateExactly(inflateSync, blob, size));
}
