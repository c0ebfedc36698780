/** Reads the pages of a multifd packet, plain or compressed, and reports them in batches. */
import type { Cursor } from '../bytes/cursor.js';
import { DecodeError } from '../finding.js';
import { MULTIFD_MAX_COMPRESSED, MULTIFD_RAMBLOCK_AT, type MultifdMethod } from '../wire/multifd.js';
import type { Emitter } from './emitter.js';
import type { MultifdBlocks } from './multifd-blocks.js';
import { type CompressionMethod, makeUnpacker } from './multifd-compression/index.js';
import { PayloadError, type Unpacker } from './multifd-compression/unpacker.js';
import { PAGE_NORMAL, PAGE_ZERO, PageBatch } from './page-batch.js';

/** Bytes of a payload from which on it is stepped over where nobody looks into it, and what is then read at a time: a few headers. */
const WORTH_SEEKING = 1 << 17;
const HEADERS = 1 << 14;

/** What a packet says of its pages. `offset` is that of the packet. */
interface PacketPages {
  readonly offset: number;
  readonly pageSize: number;
  readonly normalPages: number;
  readonly zeroPages: number;
}

export class MultifdPages {
  /** Bytes of payloads that could not be unpacked, and where the packet of the first one begins. */
  undecodedBytes = 0;
  firstUndecoded: number | undefined;

  private readonly batch: PageBatch;
  /** The offsets of the open packet's pages: the normal ones, then the zero pages. */
  private addresses = new Float64Array(0);
  private packet: PacketPages = { offset: 0, pageSize: 0, normalPages: 0, zeroPages: 0 };
  private block = 0;
  private method: MultifdMethod | undefined;
  private readonly unpackers = new Map<CompressionMethod, Unpacker>();
  /** Methods whose stream is broken; true once that has been said. */
  private readonly lost = new Map<CompressionMethod, boolean>();

  constructor(
    private readonly cursor: Cursor,
    private readonly out: Emitter,
    private readonly blocks: MultifdBlocks,
  ) {
    this.batch = new PageBatch(blocks.blocks);
  }

  /**
   * Takes the name and the offsets of a packet from the window, before its payload moves that. Returns the name of the block.
   *
   * @param offsetsAt index of the first offset in the window
   */
  open(name: Buffer, offsetsAt: number, packet: PacketPages): string {
    const { view } = this.cursor;
    const { offset, pageSize, normalPages, zeroPages } = packet;
    this.packet = packet;
    this.block = this.blocks.find(name, offset + MULTIFD_RAMBLOCK_AT);
    const limit = this.blocks.limitOf(this.block, pageSize);
    const pages = normalPages + zeroPages;
    if (this.addresses.length < pages) this.addresses = new Float64Array(pages);
    for (let i = 0; i < pages; i++) {
      const at = offsetsAt + 8 * i;
      const low = view.getUint32(at + 4);
      const where = view.getUint32(at) * 0x1_0000_0000 + low;
      this.addresses[i] = where;
      if (where > limit || (low & (pageSize - 1)) !== 0) {
        this.blocks.misplaced(this.block, where, pageSize, this.cursor.offsetOf(at));
      }
    }
    return this.blocks.blocks[this.block]!.name;
  }

  /**
   * Reads the payload at the cursor and reports all pages of the packet. Returns the bytes of the payload.
   *
   * @throws DecodeError `truncated` inside the payload, `malformed` when its size makes no sense
   */
  async payload(method: MultifdMethod, nextPacketSize: number): Promise<number> {
    this.batch.pageSize = this.packet.pageSize;
    let length = 0;
    if (this.packet.normalPages > 0) {
      length = method === 'none' ? await this.plain(nextPacketSize) : await this.compressed(method, nextPacketSize);
    }
    this.zeros();
    this.flush(this.cursor.buffer);
    return length;
  }

  /** Bytes of the channel have been skipped: what the streams that go through it depend on may have been among them. */
  interrupted(): void {
    for (const [method, { continuous }] of this.unpackers) if (continuous) this.lose(method);
  }

  private checkMethod(method: MultifdMethod): void {
    const before = this.method;
    this.method = method;
    if (before === undefined || before === method) return;
    this.out.problem(
      'multifd-method',
      `multifd packet with method ${method} after packets with ${before}`,
      { offset: this.packet.offset + 8, length: 4, path: 'multifd packet > flags' },
      { expected: before, found: method },
    );
  }

  /** The pages as they are. Those that the window holds are reported before it moves, so that it never has to hold a whole packet. */
  private async plain(nextPacketSize: number): Promise<number> {
    const { cursor } = this;
    const { offset, pageSize, normalPages } = this.packet;
    const size = normalPages * pageSize;
    this.checkMethod('none');
    if (nextPacketSize !== size) {
      this.out.problem(
        'multifd-plain-size',
        `multifd packet of ${normalPages} pages says that they take ${nextPacketSize} bytes`,
        { offset: offset + 20, length: 4, path: 'multifd packet > next_packet_size' },
        { expected: `${size}`, found: `${nextPacketSize}` },
      );
    }
    const skips = size >= WORTH_SEEKING && size <= cursor.remaining && !this.out.wantsContents && cursor.seekable;
    cursor.readAhead = skips ? HEADERS : Infinity;
    if (skips) {
      for (let page = 0; page < normalPages; page++)
        this.add(PAGE_NORMAL, page, cursor.offset + page * pageSize, pageSize, 0);
      await cursor.skip(size, 'multifd page');
      this.out.good = cursor.offset;
      return size;
    }
    for (let page = 0; page < normalPages;) {
      if (!cursor.has(pageSize)) {
        this.flush(cursor.buffer);
        this.out.good = cursor.offset;
        await cursor.need(pageSize, 'multifd page');
      }
      const there = Math.floor((cursor.limit - cursor.position) / pageSize);
      const count = Math.min(normalPages - page, there);
      this.addPlain(page, count, pageSize);
      page += count;
    }
    this.out.good = cursor.offset;
    return size;
  }

  private async compressed(method: CompressionMethod, size: number): Promise<number> {
    const { cursor } = this;
    const { offset, pageSize, normalPages } = this.packet;
    if (size === 0 || size > MULTIFD_MAX_COMPRESSED) {
      const place = { offset: offset + 20, length: 4, path: 'multifd packet > next_packet_size' };
      const message = `multifd packet with a ${method} payload of ${size} bytes`;
      throw new DecodeError('malformed', 'multifd-packet-size', message, place, {
        expected: `1 to ${MULTIFD_MAX_COMPRESSED}`,
        found: `${size}`,
      });
    }
    if (!cursor.has(size)) await cursor.need(size, `multifd ${method} payload`);
    const payloadAt = cursor.offset;
    this.checkMethod(method);
    const unpacked = this.unpack(method, cursor.bytes(size), payloadAt);
    if (unpacked) {
      for (let page = 0; page < normalPages; page++) this.add(PAGE_NORMAL, page, offset, pageSize, page * pageSize);
      this.flush(unpacked);
    }
    return size;
  }

  private unpack(method: CompressionMethod, payload: Buffer, offset: number): Uint8Array | undefined {
    const { out } = this;
    const { normalPages, pageSize } = this.packet;
    const place = { offset, length: payload.length, path: `multifd packet > ${method} payload` };
    const said = this.lost.get(method);
    if (said === undefined) {
      let unpacker = this.unpackers.get(method);
      if (!unpacker) this.unpackers.set(method, (unpacker = makeUnpacker(method)));
      try {
        return unpacker.unpack(payload, normalPages, pageSize);
      } catch (error) {
        if (!(error instanceof PayloadError)) throw error;
        out.problem('multifd-payload', `the ${method} payload of ${normalPages} pages ${error.message}`, place);
        if (unpacker.continuous) this.lose(method);
      }
    } else if (!said) {
      this.lost.set(method, true);
      out.problem('multifd-stream-lost', `the ${method} stream of the channel cannot be followed from here on`, place);
    }
    this.firstUndecoded ??= this.packet.offset;
    this.undecodedBytes += payload.length;
    return undefined;
  }

  private lose(method: CompressionMethod): void {
    if (!this.lost.has(method)) this.lost.set(method, false);
    // A stream that is of no use any more need not keep its window.
    this.unpackers.delete(method);
  }

  private zeros(): void {
    const { offset, normalPages, zeroPages } = this.packet;
    for (let page = normalPages; page < normalPages + zeroPages; page++) this.add(PAGE_ZERO, page, offset, 0, 0);
  }

  /** Pages that lie in the window one behind the other. */
  private addPlain(first: number, count: number, size: number): void {
    const { cursor, addresses } = this;
    const { kind, block, address, offset, size: sizes, start, length } = this.batch;
    const at = cursor.position;
    const base = cursor.offset;
    for (let i = 0; i < count; i++) {
      const to = length + i;
      kind[to] = PAGE_NORMAL;
      block[to] = this.block;
      address[to] = addresses[first + i]!;
      offset[to] = base + i * size;
      sizes[to] = size;
      start[to] = at + i * size;
    }
    this.batch.kinds |= 1 << PAGE_NORMAL;
    this.batch.length = length + count;
    cursor.position += count * size;
  }

  private add(kind: number, page: number, offset: number, size: number, start: number): void {
    const { batch } = this;
    const at = batch.length++;
    batch.kind[at] = kind;
    batch.kinds |= 1 << kind;
    batch.block[at] = this.block;
    batch.address[at] = this.addresses[page]!;
    batch.offset[at] = offset;
    batch.size[at] = size;
    batch.start[at] = start;
  }

  private flush(window: Uint8Array): void {
    const { batch } = this;
    if (batch.length === 0) return;
    batch.window = window;
    this.out.pages(batch);
    batch.length = 0;
    batch.kinds = 0;
  }
}
