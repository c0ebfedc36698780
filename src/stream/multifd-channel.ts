/**
 * Decodes one multifd channel: the first packet, then packets to the end of the input; wire/multifd.ts has the layouts.
 *
 * Whether bytes follow a header is for `normal_pages` to say, never for `next_packet_size`, which old releases leave as it was.
 */
import type { Cursor } from '../bytes/cursor.js';
import { DecodeError, hex } from '../finding.js';
import type { ProblemName } from '../problems.js';
import type { Values } from '../bytes/layout.js';
import {
  MULTIFD_FLAG_DEVICE_STATE,
  MULTIFD_FLAG_SYNC,
  MULTIFD_FLAGS,
  MULTIFD_ID_AT,
  MULTIFD_INIT_SIZE,
  MULTIFD_MAGIC,
  MULTIFD_NAME_SIZE,
  MULTIFD_OFFSETS_AT,
  MULTIFD_PACKET_HDR,
  MULTIFD_RAM_FIELDS,
  MULTIFD_RAMBLOCK_AT,
  MULTIFD_UNUSED_AT,
  MULTIFD_UUID_AT,
  MULTIFD_UUID_SIZE,
  MULTIFD_VERSION,
  multifdHeaderSize,
  multifdMethod,
  multifdPageCount,
} from '../wire/multifd.js';
import { PAGE_SIZES } from '../wire/page-size.js';
import type { Emitter } from './emitter.js';
import type { EventOf } from './events.js';
import { MultifdBlocks, type MultifdContext } from './multifd-blocks.js';
import { readDevicePacket } from './multifd-device-packet.js';
import { inferPageSize, isPageSize } from './multifd-page-size.js';
import { MultifdPages } from './multifd-pages.js';
import { findPacket } from './multifd-resync.js';
import { onlyZerosLeft } from './resync.js';

export type { MultifdContext } from './multifd-blocks.js';

/** Taken where neither the main channel nor the packets tell. */
const ASSUMED_PAGE_SIZE = 0x1000;

type RamFields = Values<typeof MULTIFD_RAM_FIELDS.fields>;
type Packet = EventOf<'packet'>;

/**
 * Reads the channel to the end of its source and reports to `out`, from `begin` to `end`; never throws for anything that the bytes say.
 *
 * `out.drain()` is awaited behind every packet, before anything of the next one is read. (One exception: where the context
 * does not know the page size, a first packet without pages is measured by looking for the packet behind it.)
 */
export function decodeMultifdChannel(cursor: Cursor, out: Emitter, context: MultifdContext): Promise<void> {
  return new MultifdChannelDecoder(cursor, out, context).decode();
}

class MultifdChannelDecoder {
  private readonly pages: MultifdPages;
  private pageSize: number | undefined;
  private generation = 0;
  /** The packet right before this one, with nothing skipped between them. */
  private previous: Packet | undefined;
  /** Where the structure that is being read begins. */
  private start = 0;
  private brokenAt: number | undefined;
  private skipped = 0;

  constructor(
    private readonly cursor: Cursor,
    private readonly out: Emitter,
    private readonly context: MultifdContext,
  ) {
    this.pages = new MultifdPages(cursor, out, new MultifdBlocks(out, context));
  }

  async decode(): Promise<void> {
    const { cursor, out, pages } = this;
    const begin = cursor.offset;
    out.good = begin;
    out.event({ kind: 'begin', offset: begin, channel: out.channel, role: 'multifd' });
    let read = (): Promise<void> => this.initialPacket();
    do {
      this.start = cursor.offset;
      try {
        await read();
        out.good = cursor.offset;
      } catch (error) {
        await this.recover(error);
      }
      const wait = out.drain();
      if (wait) await wait;
      read = () => this.packet();
    } while (!(await cursor.atEnd()));

    const bytes = cursor.source.size ?? cursor.seen;
    const broken = Math.min(this.brokenAt ?? Infinity, pages.firstUndecoded ?? Infinity);
    out.event({
      kind: 'end',
      offset: bytes,
      bytes: bytes - begin,
      explainedBytes: out.good - begin - this.skipped - pages.undecodedBytes,
      lastGoodOffset: Math.min(out.good, broken),
      complete: broken === Infinity,
    });
  }

  private async initialPacket(): Promise<void> {
    const { cursor, out } = this;
    await cursor.need(MULTIFD_INIT_SIZE, 'multifd initial packet');
    const offset = cursor.offset;
    const { magic, version } = this.header();
    const path = 'multifd initial packet';
    if (magic !== MULTIFD_MAGIC) {
      const message = `multifd initial packet with magic ${hex(magic)}`;
      const expected = { expected: hex(MULTIFD_MAGIC), found: hex(magic) };
      throw new DecodeError('malformed', 'multifd-init', message, { offset, length: 4, path }, expected);
    }
    if (version !== MULTIFD_VERSION) {
      const at = { offset: offset + 4, length: 4, path };
      out.problem('multifd-init', `multifd initial packet with version ${version}`, at, {
        expected: `${MULTIFD_VERSION}`,
        found: `${version}`,
      });
    }
    const bytes = cursor.bytes(MULTIFD_INIT_SIZE);
    const uuid = uuidText(bytes.subarray(MULTIFD_UUID_AT, MULTIFD_UUID_AT + MULTIFD_UUID_SIZE));
    const unused = !isZero(bytes, MULTIFD_ID_AT + 1, MULTIFD_INIT_SIZE) && ({ unused: true } as const);
    out.event({ kind: 'multifd-init', offset, length: MULTIFD_INIT_SIZE, id: bytes[MULTIFD_ID_AT]!, uuid, ...unused });
  }

  private header(): Values<typeof MULTIFD_PACKET_HDR.fields> {
    const { buffer, position, offset } = this.cursor;
    return MULTIFD_PACKET_HDR.parse(buffer.subarray(position, position + MULTIFD_PACKET_HDR.size), offset);
  }

  private async packet(): Promise<void> {
    const { cursor } = this;
    if (!cursor.has(MULTIFD_PACKET_HDR.size)) await cursor.need(MULTIFD_PACKET_HDR.size, 'multifd packet header');
    const { magic, version, flags } = this.header();
    if (magic !== MULTIFD_MAGIC) throw this.wrong('multifd-magic', 'magic', 0, hex(MULTIFD_MAGIC), hex(magic));
    if (version !== MULTIFD_VERSION) throw this.wrong('multifd-version', 'version', 4, '1', `${version}`);
    if (flags & ~MULTIFD_FLAGS) {
      const at = { offset: cursor.offset + 8, length: 4, path: 'multifd packet > flags' };
      this.out.problem(
        'multifd-flags',
        `multifd packet with unassigned flags ${hex((flags & ~MULTIFD_FLAGS) >>> 0)}`,
        at,
      );
    }
    if (flags & MULTIFD_FLAG_DEVICE_STATE) {
      await readDevicePacket(cursor, this.out, flags);
      this.previous = undefined;
    } else await this.ramPacket(flags);
  }

  private async ramPacket(flags: number): Promise<void> {
    const { cursor, out, pages } = this;
    const offset = cursor.offset;
    const pageSize = (this.pageSize ??= await this.learnPageSize());
    const length = multifdHeaderSize(pageSize);
    if (!cursor.has(length)) await cursor.need(length, 'multifd packet header');
    const fieldsAt = cursor.position + MULTIFD_PACKET_HDR.size;
    const fields = MULTIFD_RAM_FIELDS.parse(
      cursor.buffer.subarray(fieldsAt, fieldsAt + MULTIFD_RAM_FIELDS.size),
      offset + MULTIFD_PACKET_HDR.size,
    );
    this.checkCounts(fields, multifdPageCount(pageSize));
    const method = multifdMethod(flags);
    if (method === undefined) throw this.wrong('multifd-method', 'flags', 8, 'one method', hex(flags));

    const { pagesAlloc, normalPages, zeroPages, nextPacketSize, packetNum } = fields;
    const leftovers = this.leftovers(length, normalPages + zeroPages);
    let payloadLength = 0;
    let block = '';
    if (normalPages + zeroPages > 0) {
      const nameAt = cursor.position + MULTIFD_RAMBLOCK_AT;
      const name = cursor.buffer.subarray(nameAt, nameAt + MULTIFD_NAME_SIZE);
      block = pages.open(name, cursor.position + MULTIFD_OFFSETS_AT, { offset, pageSize, normalPages, zeroPages });
      cursor.position += length;
      payloadLength = await pages.payload(method, nextPacketSize);
    } else cursor.position += length;

    const sync = (flags & MULTIFD_FLAG_SYNC) !== 0;
    const twin = flags === 0 && normalPages + zeroPages === 0 && this.follows(packetNum);
    const packet: Packet = {
      kind: 'packet',
      offset,
      length,
      payloadLength,
      unpackedLength: normalPages * pageSize,
      flags,
      method,
      pagesAlloc,
      nextPacketSize,
      packetNum,
      block,
      normalPages,
      zeroPages,
      sync,
      generation: twin ? this.generation - 1 : this.generation,
      twin,
      ...leftovers,
    };
    if (sync) this.generation++;
    this.previous = packet;
    out.event(packet);
  }

  /** What stands in the parts of the header at the cursor that have no meaning in a packet of that many pages. */
  private leftovers(length: number, pages: number): Pick<Packet, 'unused' | 'leftover'> {
    const { buffer, position } = this.cursor;
    const unused = !isZero(buffer, position + MULTIFD_UNUSED_AT, position + MULTIFD_RAMBLOCK_AT);
    // A name is left over without pages; with pages only the entries behind theirs can be.
    const from = pages === 0 ? MULTIFD_RAMBLOCK_AT : MULTIFD_OFFSETS_AT + 8 * pages;
    const leftover = !isZero(buffer, position + from, position + length);
    return { ...(unused && { unused }), ...(leftover && { leftover }) };
  }

  /** True when the packet before is a SYNC with pages and this number. */
  private follows(packetNum: bigint): boolean {
    const { previous } = this;
    return previous?.sync === true && previous.normalPages > 0 && previous.packetNum === packetNum;
  }

  private checkCounts(fields: RamFields, pageCount: number): void {
    const { pagesAlloc, normalPages, zeroPages } = fields;
    const check = (field: string, at: number, max: number, found: number): void => {
      if (found > max) throw this.wrong('multifd-page-count', field, at, `at most ${max}`, `${found}`);
    };
    check('pages_alloc', 12, pageCount, pagesAlloc);
    check('normal_pages', 16, pagesAlloc, normalPages);
    check('zero_pages', 32, pagesAlloc - normalPages, zeroPages);
  }

  private async learnPageSize(): Promise<number> {
    const { cursor, out, context } = this;
    if (context.pageSize !== undefined && isPageSize(context.pageSize)) return context.pageSize;
    const offset = cursor.offset;
    const inferred = await inferPageSize(cursor);
    if (!inferred) {
      out.problem('ram-page-size', 'the page size is not stated and cannot be told from the packets', { offset });
    }
    const { pageSize, evidence } = inferred ?? { pageSize: ASSUMED_PAGE_SIZE, evidence: 'assumed' };
    out.event({ kind: 'page-size', offset, pageSize, evidence });
    return pageSize;
  }

  /** What decoding could not go on from: reports it and moves on to the next packet, or to the end. */
  private async recover(error: unknown): Promise<void> {
    if (!(error instanceof DecodeError)) throw error;
    const { cursor, out } = this;
    const from = out.good;
    this.brokenAt ??= from;
    this.previous = undefined;
    this.pages.interrupted();
    if (error.kind === 'malformed' && cursor.offset === from && (await onlyZerosLeft(cursor))) {
      const message = `nothing but ${cursor.offset - from} zero bytes follow: the rest was never written`;
      out.problem('truncated', message, error.at);
      return;
    }
    out.caught(error);
    if (cursor.offset === this.start && cursor.has(1)) cursor.position++;
    const found = await findPacket(cursor, this.pageSize);
    // The rest of a channel that ends too early is not skipped: it is a packet that is not all there.
    if (!found && error.kind === 'truncated') return;
    const length = cursor.offset - from;
    out.event({ kind: 'skipped', offset: from, length });
    this.skipped += length;
    out.good = cursor.offset;
  }

  private wrong(rule: ProblemName, field: string, at: number, expected: string, found: string): DecodeError {
    const offset = this.cursor.offset + at;
    const place = { offset, length: 4, path: `multifd packet > ${field}` };
    return new DecodeError('malformed', rule, `multifd packet with ${field} ${found}`, place, { expected, found });
  }
}

/** As long as the longest header. */
const ZEROS = Buffer.alloc(multifdHeaderSize(Math.min(...PAGE_SIZES)));

function isZero(bytes: Buffer, start: number, end: number): boolean {
  return bytes.compare(ZEROS, 0, end - start, start, end) === 0;
}

/** A uuid as QEMU prints it. */
function uuidText(bytes: Buffer): string {
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
