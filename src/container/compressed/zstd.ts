/** zstd without the program: block by block, so that no input can make much of little at once. */
import { Decompress } from 'fzstd';
import { Cursor } from '../../bytes/cursor.js';
import type { ByteSource } from '../../bytes/source.js';
import { DecodeError } from '../../finding.js';
import { onlyZerosFollow } from './padding.js';
import { Unpacked } from './unpacked.js';
import { MAX_FRAME_HEADER, readZstdBlock, readZstdFrameHeader } from './zstd-frame.js';

/** The largest window that is unpacked, as the program has it by default. */
const MAX_WINDOW = 128 << 20;

export class ZstdFrames extends Unpacked {
  private readonly cursor: Cursor;

  constructor(packed: ByteSource) {
    super('zstd', packed);
    this.cursor = new Cursor(packed);
  }

  protected override async unpack(): Promise<void> {
    const { cursor } = this;
    for (let frames = 0; !this.closed && !(await cursor.atEnd()); frames++) {
      await cursor.fill(MAX_FRAME_HEADER);
      const header = readZstdFrameHeader(cursor.buffer.subarray(cursor.position, cursor.limit));
      if (header?.skip !== undefined) {
        await cursor.skip(header.size + header.skip, 'skippable frame');
      } else if (header) {
        await this.frame(header);
      } else if (frames > 0) {
        const { offset } = cursor;
        if (!(await onlyZerosFollow(cursor)))
          this.fault('wrapper-trailing', 'what follows the last frame is none', offset);
        return;
      } else cursor.endsInside('frame header');
    }
  }

  private async frame(header: { readonly size: number; readonly checksum: boolean }): Promise<void> {
    const { cursor } = this;
    const at = cursor.offset;
    const window = windowSize(cursor.buffer.subarray(cursor.position, cursor.limit));
    if (window > MAX_WINDOW) {
      const message = `a window of ${window} bytes is more than migscope holds; zstd has an option for it: --long=31`;
      throw new DecodeError('unsupported', 'wrapper-damaged', message, { offset: at });
    }
    const decompress = new Decompress((chunk) => this.arrive(Buffer.from(chunk)));
    const push = async (size: number, what: string, final = false): Promise<void> => {
      await cursor.need(size, what);
      const offset = cursor.offset;
      try {
        decompress.push(Uint8Array.from(cursor.bytes(size)), final);
      } catch (error) {
        throw new DecodeError('malformed', 'wrapper-damaged', (error as Error).message, { offset });
      }
      await this.room();
    };
    await push(header.size, 'frame header');
    for (let last = false; !last && !this.closed;) {
      await cursor.need(3, 'block header');
      const block = readZstdBlock(cursor.buffer, cursor.position);
      last = block.last;
      await push(block.size, 'block');
    }
    // Which fzstd reads and does not look at.
    await push(header.checksum ? 4 : 0, 'checksum', true);
  }
}

/** Bytes of history that a frame asks for: of its window, or of its content where that is all in one segment. */
function windowSize(header: Buffer): number {
  const descriptor = header[4]!;
  if (!(descriptor & 0x20)) {
    const exponent = header[5]! >> 3;
    const base = 2 ** (10 + exponent);
    return base + (base / 8) * (header[5]! & 7);
  }
  const at = 5 + [0, 1, 2, 4][descriptor & 3]!;
  const size = [1, 2, 4, 8][descriptor >> 6]!;
  if (size === 8) return Number(header.readBigUInt64LE(at));
  return header.readUIntLE(at, size) + (size === 2 ? 256 : 0);
}
