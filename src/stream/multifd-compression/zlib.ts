/**
 * zlib: one stream (RFC 1950) for the whole channel. Every payload ends with a sync flush, and the stream never ends.
 *
 * A flush point is the boundary of a block and of a byte, so what follows it is a raw deflate stream of its own whose dictionary is what
 * came out before. That makes node:zlib's synchronous functions do; the libraries that keep a stream open are slower.
 *
 * Writer: `multifd_zlib_send_prepare` (migration/multifd-zlib.c), since 5.0.
 */
import { constants, inflateRawSync } from 'node:zlib';
import { inflateExactly } from './node-zlib.js';
import { PayloadError, type Unpacker } from './unpacker.js';

const WINDOW = 1 << 15;
const HEADER_SIZE = 2;

export class ZlibUnpacker implements Unpacker {
  readonly continuous = true;
  /** The last bytes that came out; undefined before the first payload. */
  private history: Buffer | undefined;

  unpack(payload: Uint8Array, pages: number, pageSize: number): Uint8Array {
    const { history } = this;
    if (!history) checkHeader(payload);
    const out = inflateExactly(inflateRawSync, history ? payload : payload.subarray(HEADER_SIZE), pages * pageSize, {
      finishFlush: constants.Z_SYNC_FLUSH,
      ...(history && { dictionary: history }),
    });
    const before = history && out.length < WINDOW ? Buffer.concat([history, out]) : out;
    this.history = Buffer.from(before.subarray(-WINDOW));
    return out;
  }
}

/** Method 8 and a checksum make the two bytes of the header; a preset dictionary is nothing that QEMU has. */
function checkHeader(payload: Uint8Array): void {
  const [method = 0, flags = 0] = payload;
  const sound = (method & 0x0f) === 8 && method >> 4 <= 7 && (method * 256 + flags) % 31 === 0 && (flags & 0x20) === 0;
  if (!sound) throw new PayloadError('does not begin with a zlib header, as the first one of a channel has to');
}
