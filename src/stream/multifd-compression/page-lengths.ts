/** The container of QPL and UADK: the lengths of all pages (4 bytes each), then the pages, each compressed by itself or as it is. */
import { MULTIFD_PACKET_SIZE } from '../../wire/multifd.js';
import { PayloadError, type Unpacker } from './unpacker.js';

export class PageLengthsUnpacker implements Unpacker {
  readonly continuous = false;
  private readonly out = Buffer.alloc(MULTIFD_PACKET_SIZE);

  /** @param inflatePage makes a page of `size` bytes of a blob */
  constructor(private readonly inflatePage: (blob: Uint8Array, size: number) => Uint8Array) {}

  unpack(payload: Uint8Array, pages: number, pageSize: number): Uint8Array {
    const { out } = this;
    const lengths = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
    let at = 4 * pages;
    if (at > payload.length) throw new PayloadError(`has ${payload.length} bytes, the page lengths alone take ${at}`);
    for (let page = 0; page < pages; page++) {
      const length = lengths.getUint32(4 * page);
      if (length > pageSize)
        throw new PayloadError(`has ${length} bytes for page ${page}, which is more than the page`);
      if (at + length > payload.length) throw new PayloadError(`ends inside page ${page}`);
      const blob = payload.subarray(at, at + length);
      out.set(length === pageSize ? blob : this.inflatePage(blob, pageSize), page * pageSize);
      at += length;
    }
    if (at !== payload.length) throw new PayloadError(`has ${payload.length - at} bytes behind its last page`);
    return out.subarray(0, pages * pageSize);
  }
}
