/**
 * Decodes the payloads of the RAM section: block list, pages, marks.
 *
 * The page loop (`scan`) is the hot path of the program: it works on the cursor's window directly, writes columns, and
 * allocates nothing per record. Everything rare leaves it and comes back.
 */
import type { Cursor } from '../bytes/cursor.js';
import { DecodeError, hex } from '../finding.js';
import {
  ENCODING_FLAG_XBZRLE,
  RAM_SAVE_FLAG_COMPRESS_PAGE,
  RAM_SAVE_FLAG_CONTINUE,
  RAM_SAVE_FLAG_EOS,
  RAM_SAVE_FLAG_HOOK,
  RAM_SAVE_FLAG_MEM_SIZE,
  RAM_SAVE_FLAG_MULTIFD_FLUSH,
  RAM_SAVE_FLAG_PAGE,
  RAM_SAVE_FLAG_XBZRLE,
  RAM_SAVE_FLAG_ZERO,
  ramFlagNames,
  XBZRLE_HEADER_SIZE,
} from '../wire/ram.js';
import { decodeXbzrle } from '../wire/xbzrle.js';
import type { Emitter } from './emitter.js';
import type { RamBlock } from './events.js';
import { PAGE_COMPRESSED, PAGE_NORMAL, PAGE_XBZRLE, PAGE_ZERO, PageBatch } from './page-batch.js';
import { findPageSize } from './page-size.js';
import { RamBlockList, type RamListContext } from './ram-blocks.js';

const PAGE_KIND_FLAGS = RAM_SAVE_FLAG_ZERO | RAM_SAVE_FLAG_PAGE | RAM_SAVE_FLAG_XBZRLE | RAM_SAVE_FLAG_COMPRESS_PAGE;
/** How far page size candidates are tried: enough for a few hundred pages of the smallest stream. */
const PAGE_SIZE_LOOKAHEAD = 512 * 1024;

/** What the rest of the stream has told that a RAM section depends on. */
export interface RamContext extends RamListContext {
  /** The page size that the stream or its vmdesc says outright, with how it is known. */
  statedPageSize(): Promise<{ readonly pageSize: number; readonly evidence: string } | undefined>;
  readonly machine: string | undefined;
  /** True once POSTCOPY_LISTEN has been met. */
  readonly postcopy: boolean;
  /** The records stand alone, and the end of the input may come instead of EOS: a preempt channel. */
  readonly unframed?: boolean;
}

/** Why `scan` returned. */
const enum Stop {
  /** The record at the cursor is not all in the window; `needed` bytes of it are. */
  More,
  /** The batch is full. */
  Full,
  /** The record at the cursor is not a page record; `flags` are its flags. */
  Other,
}

export class RamDecoder {
  readonly list: RamBlockList;
  private readonly batch: PageBatch;
  private pageSize = 0;
  /** Index of the block of the last page record; survives sections and phases, as in the loader. */
  private current = -1;
  private needed = 8;
  private flags = 0;

  constructor(
    private readonly cursor: Cursor,
    private readonly out: Emitter,
    private readonly context: RamContext,
  ) {
    this.list = new RamBlockList(cursor, out, context);
    this.batch = new PageBatch(this.list.blocks);
  }

  /**
   * Reads records up to and with EOS, or to the end of the input where they are not framed.
   *
   * @throws DecodeError where the loader would give up; everything before it has been reported
   */
  async payload(): Promise<void> {
    this.batch.postcopy = this.context.postcopy;
    try {
      while (!(await this.step())) {
        const wait = this.out.drain();
        if (wait) await wait;
      }
    } finally {
      this.flush();
    }
  }

  /**
   * As `payload`, for one that has nothing but pages in it, while neither the source nor a listener has to be waited for: sections come in thousands and
   * windows too, and a promise costs more than a small one of either. False leaves the rest to `payload`.
   */
  payloadNow(): boolean {
    const { cursor, out } = this;
    if (this.pageSize === 0) return false;
    this.batch.postcopy = this.context.postcopy;
    let stop = Stop.Full;
    do {
      try {
        stop = this.scan();
      } finally {
        out.good = cursor.offset;
        this.flush();
      }
    } while ((stop === Stop.Full && out.neverWaits) || (stop === Stop.More && this.nextNow()));
    if (stop !== Stop.Other || this.flags !== RAM_SAVE_FLAG_EOS) return false;
    this.mark(cursor.offset);
    out.good = cursor.offset;
    return true;
  }

  /**
   * As `payloadNow` within the window, without a word of the mark at its end; its pages wait for `flush`. `more`: the window has to move first
   * (`nextNow`, `next`); `other`: what has not been read of it is for `payload`.
   *
   * @throws DecodeError as `payload`
   */
  partInWindow(): 'whole' | 'more' | 'other' {
    const { cursor } = this;
    if (this.pageSize === 0) return 'other';
    this.batch.postcopy = this.context.postcopy;
    const stop = this.scan();
    if (stop === Stop.More) return 'more';
    if (stop === Stop.Full || !this.isPlainEos()) return 'other';
    cursor.position += 8;
    return 'whole';
  }

  /** Whether the record that `scan` stopped at is EOS, with nothing in the bits of the address. */
  private isPlainEos(): boolean {
    const { view, position } = this.cursor;
    return view.getUint32(position) === 0 && view.getUint32(position + 4) === RAM_SAVE_FLAG_EOS;
  }

  /** Brings the next record into the window when that takes no waiting; false also at the end of the input, for `next` to say so. */
  nextNow(): boolean {
    this.out.good = this.cursor.offset;
    return this.out.neverWaits && this.cursor.fillNow(this.needed) === true;
  }

  /**
   * Brings the next record into the window.
   *
   * @throws DecodeError `truncated` when the input ends first
   */
  next(): Promise<void> {
    this.out.good = this.cursor.offset;
    return this.cursor.need(this.needed, 'ram record');
  }

  /** Reads as far as the window goes, or one record that is no page. True behind the last one. */
  private async step(): Promise<boolean> {
    const { cursor } = this;
    if (this.context.unframed && (await cursor.atEnd())) return true;
    if (this.pageSize === 0) {
      if (!cursor.has(8)) await cursor.need(8, 'ram record');
      const flags = unsizedFlags(cursor);
      if (flags !== undefined) {
        this.flags = flags;
        const ended = await this.other();
        this.out.good = cursor.offset;
        return ended;
      }
      await this.learnPageSize();
    }
    let stop: Stop;
    try {
      stop = this.scan();
    } finally {
      this.out.good = cursor.offset;
    }
    if (stop === Stop.More) {
      // The window is about to move: what points into it goes out first.
      this.flush();
      if (cursor.has(1) || !this.context.unframed) await cursor.need(this.needed, 'ram record');
      return false;
    }
    if (stop === Stop.Full) {
      this.flush();
      return false;
    }
    this.flush();
    const ended = await this.other();
    this.out.good = cursor.offset;
    return ended;
  }

  /** Reports the pages that have been read. To be called before the window moves. */
  flush(): void {
    const { batch } = this;
    if (batch.length === 0) return;
    batch.window = this.cursor.buffer;
    this.out.pages(batch);
    batch.length = 0;
    batch.kinds = 0;
    batch.filled = false;
  }

  /** The page loop: takes page records from the window until one is incomplete or of another kind, or the batch is full. */
  private scan(): Stop {
    const { cursor, batch } = this;
    const { buffer, view, limit } = cursor;
    const { kind, block, address, offset, size, start, capacity } = batch;
    const base = cursor.offset - cursor.position;
    const pageSize = this.pageSize;
    const mask = pageSize - 1;
    const xbzrle = this.context.unframed ? -1 : RAM_SAVE_FLAG_XBZRLE;
    let position = cursor.position;
    let index = batch.length;
    let current = this.current;
    let used = current < 0 ? 0 : this.list.limitOf(current);
    let stop = Stop.Full;
    while (index < capacity) {
      if (position + 8 > limit) {
        this.needed = 8;
        stop = Stop.More;
        break;
      }
      // Signed, so that code that was compiled for low addresses holds for all of them.
      const low = view.getInt32(position + 4);
      const flags = low & mask;
      const type = flags & ~RAM_SAVE_FLAG_CONTINUE;
      if (
        type !== RAM_SAVE_FLAG_PAGE &&
        type !== RAM_SAVE_FLAG_ZERO &&
        type !== xbzrle &&
        type !== RAM_SAVE_FLAG_COMPRESS_PAGE
      ) {
        this.flags = flags;
        stop = Stop.Other;
        break;
      }
      let body = position + 8;
      if ((flags & RAM_SAVE_FLAG_CONTINUE) === 0) {
        const end = body < limit ? body + 1 + buffer[body]! : body + 1;
        if (end > limit) {
          this.needed = end - position;
          stop = Stop.More;
          break;
        }
        if (this.list.isFull) this.stopAt(position, index);
        current = this.list.find(buffer, body + 1, end, base + position);
        used = this.list.limitOf(current);
        body = end;
      } else if (current < 0) {
        this.flags = flags;
        stop = Stop.Other;
        break;
      }
      let length = pageSize;
      let code = PAGE_NORMAL;
      if (type !== RAM_SAVE_FLAG_PAGE) {
        if (type === RAM_SAVE_FLAG_ZERO) {
          length = 1;
          code = PAGE_ZERO;
        } else {
          const head = type === RAM_SAVE_FLAG_XBZRLE ? XBZRLE_HEADER_SIZE : 4;
          if (body + head > limit) {
            this.needed = body + head - position;
            stop = Stop.More;
            break;
          }
          if (type === RAM_SAVE_FLAG_XBZRLE) {
            length = view.getUint16(body + 1);
            code = PAGE_XBZRLE;
            if (buffer[body] !== ENCODING_FLAG_XBZRLE || length > pageSize) {
              this.current = current;
              this.stopAt(position, index);
              this.failXbzrle(body);
            }
          } else {
            length = view.getUint32(body);
            code = PAGE_COMPRESSED;
            // compressBound() of zlib.
            if (length === 0 || length > pageSize + (pageSize >> 12) + (pageSize >> 14) + 13) {
              this.current = current;
              this.stopAt(position, index);
              this.failCompressed(length);
            }
          }
          body += head;
        }
      }
      if (body + length > limit) {
        this.needed = body + length - position;
        stop = Stop.More;
        break;
      }
      const where = view.getUint32(position) * 0x1_0000_0000 + ((low ^ flags) >>> 0);
      const outside = where >= used && this.list.firstOutside(current);
      const wrong = code === PAGE_XBZRLE ? decodeXbzrle(buffer, body, length, pageSize) : undefined;
      if (outside || wrong !== undefined) {
        // A problem is reported behind the pages before it.
        batch.length = index;
        this.flush();
        index = 0;
        if (outside) this.reportOutside(current, where, base + position);
        if (wrong !== undefined) this.reportXbzrle(wrong, length, base + position);
      }
      if (code === PAGE_ZERO && buffer[body] !== 0) batch.filled = true;
      batch.kinds |= 1 << code;
      kind[index] = code;
      block[index] = current;
      address[index] = where;
      offset[index] = base + position;
      size[index] = length;
      start[index] = body;
      index++;
      position = body + length;
    }
    cursor.position = position;
    this.current = current;
    batch.length = index;
    return stop;
  }

  /** A record that is not a page: block list, mark, or nonsense. True for EOS. */
  private async other(): Promise<boolean> {
    const { cursor, flags } = this;
    const offset = cursor.offset;
    const type = flags & ~RAM_SAVE_FLAG_CONTINUE;
    if (this.context.unframed && (type === RAM_SAVE_FLAG_MEM_SIZE || type === RAM_SAVE_FLAG_HOOK))
      throw this.wrongFlags();
    switch (type) {
      case RAM_SAVE_FLAG_EOS:
      case RAM_SAVE_FLAG_MULTIFD_FLUSH:
      case RAM_SAVE_FLAG_HOOK:
        this.mark(offset);
        return (flags & RAM_SAVE_FLAG_EOS) !== 0;
      case RAM_SAVE_FLAG_MEM_SIZE:
        await this.list.read(flags, this.batch);
        if (this.list.mappedPageSize !== undefined)
          this.takePageSize(this.list.mappedPageSize, 'mapped-ram header', offset);
        return false;
      default:
        if (flags & RAM_SAVE_FLAG_CONTINUE && flags & PAGE_KIND_FLAGS && this.current < 0) {
          throw new DecodeError('malformed', 'ram-continue', 'first page record says "same block as before"', {
            offset,
            length: 8,
            path: cursor.path('ram record'),
          });
        }
        throw this.wrongFlags();
    }
  }

  private mark(offset: number): void {
    const { flags, cursor } = this;
    const address =
      cursor.view.getUint32(cursor.position) * 0x1_0000_0000 + cursor.view.getUint32(cursor.position + 4) - flags;
    cursor.position += 8;
    const name = flags === RAM_SAVE_FLAG_EOS ? 'EOS' : ramFlagNames(flags & ~RAM_SAVE_FLAG_CONTINUE);
    this.out.event({ kind: 'ram-mark', offset, flags, name, ...(address !== 0 && { address }) });
  }

  private wrongFlags(): DecodeError {
    const { cursor, flags } = this;
    const expected = this.context.unframed
      ? 'one of ZERO, PAGE, COMPRESS_PAGE, MULTIFD_FLUSH, EOS'
      : 'one of ZERO, PAGE, XBZRLE, COMPRESS_PAGE, MEM_SIZE, HOOK, MULTIFD_FLUSH, EOS';
    return new DecodeError(
      'malformed',
      'ram-flags',
      `ram record with flags ${hex(flags)} (${ramFlagNames(flags)})`,
      { offset: cursor.offset, length: 8, path: cursor.path('ram record') },
      { expected, found: hex(flags) },
    );
  }

  private async learnPageSize(): Promise<void> {
    const { cursor } = this;
    const stated = await this.context.statedPageSize();
    if (stated) {
      this.takePageSize(stated.pageSize, stated.evidence, cursor.offset);
      return;
    }
    await cursor.fill(PAGE_SIZE_LOOKAHEAD);
    const guess = findPageSize(cursor, this.context.machine);
    if (!guess) {
      this.out.problem('ram-page-size', 'the page size is not stated and cannot be told from the records', {
        offset: cursor.offset,
      });
    }
    const evidence = guess ? 'the page records fit together' : 'assumed';
    this.takePageSize(guess ?? 0x1000, evidence, cursor.offset);
  }

  private takePageSize(pageSize: number, evidence: string, offset: number): void {
    if (this.pageSize === pageSize) return;
    this.pageSize = pageSize;
    this.batch.pageSize = pageSize;
    this.out.event({ kind: 'page-size', offset, pageSize, evidence });
  }

  /** Leaves `scan` in the middle: what it has read counts, the record at `position` does not. */
  private stopAt(position: number, records: number): void {
    this.cursor.position = position;
    this.batch.length = records;
  }

  private reportOutside(index: number, where: number, offset: number): void {
    const block = this.list.blocks[index] as RamBlock;
    this.out.problem(
      'ram-address',
      `page ${hex(where)} outside block ${block.name} of ${hex(block.usedLength)} bytes`,
      { offset, length: 8, path: `ram > ${block.name}` },
      { expected: `below ${hex(block.usedLength)}`, found: hex(where) },
    );
  }

  private reportXbzrle(wrong: string, length: number, offset: number): void {
    this.out.problem('ram-xbzrle', `xbzrle page: ${wrong}`, { offset, length: 8 + XBZRLE_HEADER_SIZE + length });
  }

  private failXbzrle(body: number): never {
    const { cursor } = this;
    const encoding = cursor.buffer[body]!;
    const length = cursor.view.getUint16(body + 1);
    const message =
      encoding === ENCODING_FLAG_XBZRLE
        ? `xbzrle page of ${length} bytes`
        : `xbzrle page with encoding ${hex(encoding)}`;
    throw new DecodeError('malformed', 'ram-xbzrle', message, {
      offset: cursor.offset,
      path: cursor.path('ram record'),
    });
  }

  private failCompressed(length: number): never {
    const { cursor } = this;
    throw new DecodeError('malformed', 'ram-compressed', `compressed page of ${length} bytes`, {
      offset: cursor.offset,
      path: cursor.path('ram record'),
    });
  }
}

/** The flags of records that read the same under every page size: the block list, and marks with nothing in the address bits. */
function unsizedFlags(cursor: Cursor): number | undefined {
  const high = cursor.view.getUint32(cursor.position);
  const low = cursor.view.getUint32(cursor.position + 4);
  if ((low & 0xff) === RAM_SAVE_FLAG_MEM_SIZE) return RAM_SAVE_FLAG_MEM_SIZE;
  const mark = low === RAM_SAVE_FLAG_EOS || low === RAM_SAVE_FLAG_MULTIFD_FLUSH || low === RAM_SAVE_FLAG_HOOK;
  return high === 0 && mark ? low : undefined;
}
