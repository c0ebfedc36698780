/** Decodes the return path; wire/return-path.ts has the layouts. */
import type { Cursor } from '../bytes/cursor.js';
import { DecodeError, hex } from '../finding.js';
import { readLayout } from '../bytes/layout.js';
import {
  isReturnPathLength,
  MAX_RECV_BITMAP,
  MIG_RP_MSG_RECV_BITMAP,
  MIG_RP_MSG_REQ_PAGES,
  MIG_RP_MSG_REQ_PAGES_ID,
  MIG_RP_MSG_SHUT,
  MIG_RP_MSG_SWITCHOVER_ACK,
  RAMBLOCK_RECV_BITMAP_ENDING,
  RETURN_PATH_MESSAGES,
  returnPathLengths,
  type ReturnPathMessageInfo,
  RP_HEADER,
  RP_REQ_PAGES,
  RP_WORD,
} from '../wire/return-path.js';
import { ColoAnswers } from './colo-answers.js';
import type { Emitter } from './emitter.js';
import type { RecordFields } from './events.js';
import { resyncReturnPath, returnPathMessageAt } from './return-path-resync.js';

/**
 * Reads the return path from the cursor to the end of its source; never throws for anything that the bytes say.
 *
 * It is complete when it ends with SHUT or, in COLO, behind a whole message: a connection that is lost ends without.
 */
export async function decodeReturnPath(cursor: Cursor, out: Emitter): Promise<void> {
  await new ReturnPathDecoder(cursor, out).decode();
}

class ReturnPathDecoder {
  private readonly colo: ColoAnswers;
  private last: number | undefined;
  private brokenAt: number | undefined;
  private skipped = 0;

  constructor(
    private readonly cursor: Cursor,
    private readonly out: Emitter,
  ) {
    this.colo = new ColoAnswers(cursor, out);
  }

  async decode(): Promise<void> {
    const { cursor, out } = this;
    const begin = cursor.offset;
    out.good = begin;
    out.event({ kind: 'begin', offset: begin, channel: out.channel, role: 'return-path' });
    while (!(await cursor.atEnd())) {
      try {
        await this.message();
        out.good = cursor.offset;
      } catch (error) {
        if (!(await this.recover(error))) break;
      }
      const wait = out.drain();
      if (wait) await wait;
    }
    const end = cursor.source.size ?? cursor.seen;
    out.event({
      kind: 'end',
      offset: end,
      bytes: end - begin,
      explainedBytes: out.good - begin - this.skipped,
      lastGoodOffset: this.brokenAt ?? out.good,
      complete: this.brokenAt === undefined && (this.last === MIG_RP_MSG_SHUT || this.colo.started),
    });
  }

  /** Reads one message. What it cannot be is thrown before the cursor has moved, but for the trailer of a bitmap. */
  private async message(): Promise<void> {
    const { cursor } = this;
    await cursor.need(RP_HEADER.size, 'return path message');
    if (await this.colo.read()) return;
    const offset = cursor.offset;
    const type = cursor.view.getUint16(cursor.position);
    const length = cursor.view.getUint16(cursor.position + 2);
    const info = RETURN_PATH_MESSAGES.get(type);
    if (!info) {
      throw new DecodeError(
        'malformed',
        'return-path-message',
        `return path message of type ${hex(type)} with ${length} bytes`,
        { offset, length: RP_HEADER.size, path: 'return path message > type' },
        { expected: '0x1 to 0x7', found: hex(type) },
      );
    }
    if (!isReturnPathLength(info, length)) throw wrongLength(info, length, offset, returnPathLengths(info));
    await cursor.need(RP_HEADER.size + length, info.name);
    const named = info.fixed + 1 + cursor.peekU8(RP_HEADER.size + info.fixed);
    if (info.named && named !== length) throw wrongLength(info, length, offset, `${named}`);
    const fields = await this.payload(type);
    const at = { offset, length: cursor.offset - offset };
    this.out.event({ kind: 'message', ...at, type, name: info.name, fields });
    this.last = type;
  }

  private async payload(type: number): Promise<RecordFields> {
    const { cursor } = this;
    const start = cursor.position;
    cursor.position += RP_HEADER.size;
    try {
      switch (type) {
        case MIG_RP_MSG_SWITCHOVER_ACK:
          return {};
        case MIG_RP_MSG_REQ_PAGES:
          return { ...(await readLayout(cursor, RP_REQ_PAGES)) };
        case MIG_RP_MSG_REQ_PAGES_ID:
          return { ...(await readLayout(cursor, RP_REQ_PAGES)), block: await cursor.counted('block name') };
      }
    } catch (error) {
      cursor.position = start;
      throw error;
    }
    if (type === MIG_RP_MSG_RECV_BITMAP) return this.bitmap(await cursor.counted('block name'));
    const { value } = await readLayout(cursor, RP_WORD);
    return type === MIG_RP_MSG_SHUT ? { status: value } : { value };
  }

  /** The trailer of RECV_BITMAP: counted as it passes, never kept. */
  private async bitmap(block: string): Promise<RecordFields> {
    const { cursor } = this;
    const path = `RECV_BITMAP ${block}`;
    await cursor.need(8, `${path} > size`);
    const offset = cursor.offset;
    const size = cursor.size64(`${path} > size`);
    if (size % 8 !== 0 || size > MAX_RECV_BITMAP) {
      throw new DecodeError(
        'malformed',
        'return-path-bitmap',
        `bitmap of received pages of block ${block} has ${hex(size)} bytes`,
        { offset, length: 8, path: `${path} > size` },
        { expected: 'a multiple of 8', found: hex(size) },
      );
    }
    const received = await this.countBits(size, `${path} > bitmap`);
    await cursor.need(8, `${path} > end mark`);
    const mark = cursor.u64();
    if (mark !== RAMBLOCK_RECV_BITMAP_ENDING) {
      const wrong = new DecodeError(
        'malformed',
        'return-path-end-mark',
        `end mark ${hex(mark)} behind the bitmap of block ${block}`,
        { offset: cursor.offset - 8, length: 8, path: `${path} > end mark` },
        { expected: hex(RAMBLOCK_RECV_BITMAP_ENDING), found: hex(mark) },
      );
      // Where a message follows, the size was right and only the mark is wrong.
      if (!(await returnPathMessageAt(cursor, 0))) throw wrong;
      this.out.caught(wrong);
    }
    return { block, size, received };
  }

  private async countBits(size: number, what: string): Promise<number> {
    const { cursor } = this;
    let count = 0;
    for (let left = size; left > 0;) {
      if (!cursor.has(1) && !(await cursor.fill(1))) cursor.endsInside(what);
      const end = cursor.position + Math.min(left, cursor.limit - cursor.position);
      left -= end - cursor.position;
      while (cursor.position < end) count += BITS[cursor.u8()]!;
    }
    return count;
  }

  /** Reports what could not be read and moves on to the next message. False when there is none. */
  private async recover(error: unknown): Promise<boolean> {
    if (!(error instanceof DecodeError)) throw error;
    const { cursor, out } = this;
    const from = out.good;
    this.brokenAt ??= from;
    this.last = undefined;
    if (error.kind === 'truncated') {
      out.caught(error);
      return false;
    }
    const unread = cursor.offset;
    const found = await resyncReturnPath(cursor);
    if (found === 'zeros') {
      const zeros = cursor.offset - unread;
      out.problem('truncated', `nothing but ${zeros} zero bytes follow: the rest was never written`, { ...error.at });
      return false;
    }
    out.caught(error);
    out.event({ kind: 'skipped', offset: from, length: cursor.offset - from });
    this.skipped += cursor.offset - from;
    out.good = cursor.offset;
    return found === 'message';
  }
}

function wrongLength(info: ReturnPathMessageInfo, length: number, offset: number, expected: string): DecodeError {
  return new DecodeError(
    'malformed',
    'return-path-length',
    `${info.name} of ${length} bytes`,
    { offset, length: RP_HEADER.size, path: `${info.name} > length` },
    { expected, found: `${length}` },
  );
}

/** The number of bits set in a byte. */
const BITS = Uint8Array.from({ length: 256 }, (_, byte) => byte.toString(2).replaceAll('0', '').length);
