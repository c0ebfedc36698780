/**
 * gzip: one or more members, each a header, raw deflate data and a trailer.
 *
 *     0  2  1f 8b
 *     2  1  method: 8, deflate
 *     3  1  flags: 2 header checksum, 4 extra field, 8 file name, 16 comment
 *     4  6  time, extra flags, system
 *    10     extra field (16-bit length, bytes), name and comment (each up to a NUL), header checksum (2)
 *     …     deflate data
 *     …  4  CRC-32 of what was packed
 *     …  4  its length modulo 2^32
 *
 * All integers are little-endian. Document: RFC 1952. Unpacked here and not by `zlib.createGunzip`, which drops what it has when a check fails.
 */
import { crc32, createInflateRaw, type InflateRaw } from 'node:zlib';
import { Cursor } from '../../bytes/cursor.js';
import { layout } from '../../bytes/layout.js';
import type { ByteSource } from '../../bytes/source.js';
import { hex } from '../../finding.js';
import type { OneInside } from '../wrapper.js';
import { GZIP_MAGIC } from '../magic.js';
import { onlyZerosFollow } from './padding.js';
import { Unpacked } from './unpacked.js';

const HEADER = layout(
  'gzip header',
  [
    ['magic', 'u16'],
    ['method', 'u8'],
    ['flags', 'u8'],
    ['time', 'u32'],
    ['extraFlags', 'u8'],
    ['system', 'u8'],
  ],
  'little',
);
const TRAILER = layout(
  'gzip trailer',
  [
    ['crc', 'u32'],
    ['length', 'u32'],
  ],
  'little',
);
const FLAG_HEADER_CRC = 2;
const FLAG_EXTRA = 4;
/** File name and comment. */
const TEXT_FLAGS = [8, 16] as const;

/** Bytes that one round trip to the thread that unpacks brings. */
const CHUNK = 256 << 10;
/** Packed bytes that are handed over at once. */
const INPUT = 256 << 10;

/** Nothing has been read from the source; closing what comes out closes it. */
export function openGzip(source: ByteSource): OneInside {
  return { source: new Gunzip(source), layers: ['gzip'] };
}

class Gunzip extends Unpacked {
  private readonly cursor: Cursor;
  private inflate: InflateRaw | undefined;

  constructor(source: ByteSource) {
    super('gzip', source);
    this.cursor = new Cursor(source);
  }

  override close(): void {
    super.close();
    this.inflate?.destroy();
  }

  protected override async unpack(): Promise<void> {
    while ((await this.member()) && !this.closed && (await this.hasMember()));
  }

  /** True when another member follows; zeros do not count. */
  private async hasMember(): Promise<boolean> {
    const { cursor } = this;
    if (await onlyZerosFollow(cursor)) return false;
    if ((await cursor.fill(2)) && cursor.view.getUint16(cursor.position) === GZIP_MAGIC) return true;
    this.fault('wrapper-trailing', 'what follows the last member is none', cursor.offset);
    return false;
  }

  /** Unpacks a member; false when there is no going on behind it. */
  private async member(): Promise<boolean> {
    await this.header();
    let crc = 0;
    let length = 0;
    const inflate = createInflateRaw({ chunkSize: CHUNK });
    this.inflate = inflate;
    inflate.on('data', (chunk: Buffer) => {
      crc = crc32(chunk, crc);
      length += chunk.length;
      this.arrive(chunk);
      if (!this.full) return;
      inflate.pause();
      void this.room().then(() => inflate.resume());
    });
    if (!(await this.deflated(inflate))) return false;
    const { cursor } = this;
    await cursor.need(TRAILER.size, TRAILER.name);
    const at = cursor.offset;
    const found = TRAILER.parse(cursor.bytes(TRAILER.size), at);
    if (found.crc !== crc)
      this.fault('wrapper-damaged', `the checksum is ${hex(found.crc)}, that of what came out ${hex(crc)}`, at);
    else if (found.length !== length % 2 ** 32)
      this.fault('wrapper-damaged', `the length is ${found.length}, but ${length} bytes came out`, at + 4);
    return true;
  }

  private async header(): Promise<void> {
    const { cursor } = this;
    await cursor.need(HEADER.size, HEADER.name);
    const { flags } = HEADER.parse(cursor.bytes(HEADER.size), 0);
    if (flags & FLAG_EXTRA) {
      await cursor.need(2, 'gzip extra field');
      const length = cursor.view.getUint16(cursor.position, true);
      await cursor.skip(2 + length, 'gzip extra field');
    }
    for (const flag of TEXT_FLAGS) {
      if (!(flags & flag)) continue;
      do await cursor.need(1, 'gzip file name');
      while (cursor.u8() !== 0);
    }
    if (flags & FLAG_HEADER_CRC) await cursor.skip(2, 'gzip header checksum');
  }

  /** Unpacks up to the end of the deflate data; false when there is none. */
  private async deflated(inflate: InflateRaw): Promise<boolean> {
    const { cursor } = this;
    const ended = new Promise<true>((resolve) => inflate.once('end', () => resolve(true)));
    const failed = new Promise<Error>((resolve) => inflate.once('error', resolve));
    for (;;) {
      const more = await cursor.fill(1);
      const input = cursor.buffer.subarray(cursor.position, Math.min(cursor.limit, cursor.position + INPUT));
      const before = inflate.bytesWritten;
      const outcome = await Promise.race([more ? write(inflate, input) : finish(inflate, ended), failed]);
      if (this.closed) return false;
      const taken = inflate.bytesWritten - before;
      cursor.position += Math.min(taken, input.length);
      if (outcome instanceof Error) {
        const cut = !more;
        this.fault(
          cut ? 'wrapper-cut' : 'wrapper-damaged',
          cut ? 'the file ends inside the deflate data' : outcome.message,
          cursor.offset,
        );
        return false;
      }
      // Only the end of the deflate data leaves input over.
      if (!more || taken < input.length) return ended;
    }
  }
}

async function write(inflate: InflateRaw, input: Uint8Array): Promise<void> {
  await new Promise<void>((resolve) => inflate.write(input, () => resolve()));
}

async function finish(inflate: InflateRaw, ended: Promise<true>): Promise<void> {
  inflate.end();
  await ended;
}
