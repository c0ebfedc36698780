/**
 * QATzip (Intel QAT): gzip members one after the other, which together hold the pages. Every payload stands by itself.
 *
 * Writer: `qatzip_send_prepare` (migration/multifd-qatzip.c), since 9.2.
 */
import { gunzipSync } from 'node:zlib';
import { inflateExactly } from './node-zlib.js';
import type { Unpacker } from './unpacker.js';

export function qatzipUnpacker(): Unpacker {
  return {
    continuous: false,
    unpack: (payload, pages, pageSize) => inflateExactly(gunzipSync, payload, pages * pageSize),
  };
}
