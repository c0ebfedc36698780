/**
 * zstd: one frame (RFC 8878) for the whole channel. Every payload ends with a flushed block, and the frame never ends.
 *
 * The blocks are checked here and unpacked by fzstd, which keeps the window. It moves the whole window for every block, so
 * what blocks may cost is bounded by what comes out of them.
 *
 * Writer: `multifd_zstd_send_prepare` (migration/multifd-zstd.c), since 5.1.
 */
import { Decompress } from 'fzstd';
import { PayloadError, tooLittle, tooMuch, type Unpacker } from './unpacker.js';

const MAGIC = 0xfd2fb528;
/** The window of level 20, the highest that QEMU lets one choose. */
const MAX_WINDOW = 1 << 25;
const MAX_BLOCK = 1 << 17;
const RLE_BLOCK = 1;
const RESERVED_BLOCK = 3;
/** Bytes of window that may be moved for a byte that comes out: four times what full blocks cost at level 20. */
const WORK_PER_BYTE = (4 * MAX_WINDOW) / MAX_BLOCK;
/** Bytes of window that may be moved beyond that: packets of a page or two are flushed before their blocks are full. */
const FREE_WORK = 2 ** 36;

/**
 * Zeros, which are empty blocks, go with every payload. fzstd looks at its input only once 18 bytes are there, which the first payload
 * may not have; and it lets go of used input only when the next begins inside a block, so each push ends with the first byte
 * of an empty block.
 */
const BEHIND_FIRST = Buffer.alloc(18 + 1);
const BEHIND = Buffer.alloc(1);
const BEFORE = Buffer.alloc(2);

export class ZstdUnpacker implements Unpacker {
  readonly continuous = true;
  private readonly frame = new Decompress((bytes) => this.take(bytes));
  private window = 0;
  private work = FREE_WORK;
  private out = Buffer.alloc(0);
  private length = 0;
  private limit = 0;

  unpack(payload: Uint8Array, pages: number, pageSize: number): Uint8Array {
    const size = pages * pageSize;
    const first = this.window === 0;
    let blocksAt = 0;
    if (first) ({ blocksAt, window: this.window } = frameHeader(payload));
    const blocks = countBlocks(payload, blocksAt);
    this.work += size * WORK_PER_BYTE - blocks * this.window;
    if (this.work < 0) throw new PayloadError('has far more blocks than its pages call for');

    if (this.out.length < size) this.out = Buffer.alloc(size);
    this.length = 0;
    this.limit = size;
    try {
      this.frame.push(Buffer.concat(first ? [payload, BEHIND_FIRST] : [BEFORE, payload, BEHIND]));
    } catch (error) {
      if (error instanceof PayloadError || !(error instanceof Error)) throw error;
      throw new PayloadError(`does not unpack: ${error.message}`);
    }
    if (this.length !== size) throw tooLittle(size, this.length);
    return this.out.subarray(0, size);
  }

  private take(bytes: Uint8Array): void {
    if (this.length + bytes.length > this.limit) throw tooMuch(this.limit);
    this.out.set(bytes, this.length);
    this.length += bytes.length;
  }
}

/**
 * Reads magic (4), descriptor (1) and what the descriptor announces.
 *
 * @throws PayloadError for what is no frame, or one that QEMU's encoder does not make
 */
function frameHeader(payload: Uint8Array): { readonly blocksAt: number; readonly window: number } {
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  if (payload.length < 6 || view.getUint32(0, true) !== MAGIC) {
    throw new PayloadError('does not begin with a zstd frame, as the first one of a channel has to');
  }
  // A single segment has no window but a size; a dictionary and the reserved bit are as foreign to a stream of unknown length.
  if (payload[4]! & 0xeb) throw new PayloadError(`has zstd frame descriptor 0x${payload[4]!.toString(16)}`);
  const descriptor = payload[5]!;
  const base = 2 ** (10 + (descriptor >> 3));
  const window = base + (base / 8) * (descriptor & 7);
  if (window > MAX_WINDOW)
    throw new PayloadError(`asks for a zstd window of ${window} bytes, more than QEMU's levels do`);
  return { blocksAt: 6, window };
}

/** Counts the blocks from `at` on: whole ones, and none that ends the frame. */
function countBlocks(payload: Uint8Array, at: number): number {
  let count = 0;
  while (at < payload.length) {
    if (at + 3 > payload.length) throw new PayloadError('ends inside a zstd block header');
    const header = payload[at]! | (payload[at + 1]! << 8) | (payload[at + 2]! << 16);
    const type = (header >> 1) & 3;
    const size = header >> 3;
    if (header & 1) throw new PayloadError('ends the zstd frame, which the sender never does');
    if (type === RESERVED_BLOCK || size > MAX_BLOCK) throw new PayloadError('has a zstd block of no known kind');
    at += 3 + (type === RLE_BLOCK ? 1 : size);
    count++;
  }
  if (at > payload.length) throw new PayloadError('ends inside a zstd block');
  return count;
}
