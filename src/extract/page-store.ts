/**
 * Writes the pages of a stream, or of all channels of a migration, to one file for each RAM block. The last record of a page wins; pages that are zero and were never
 * anything else stay holes.
 *
 * Channels have block lists of their own, each with its own numbers: blocks are told by their names.
 *
 * Pages that follow each other in a block are gathered and written in one go: a system call for each would take twice the time.
 */
import { ftruncateSync, readSync, writeSync } from 'node:fs';
import { inflateSync } from 'node:zlib';
import { type Finding, hex } from '../finding.js';
import { PageMapBudget } from '../model/page-map.js';
import { problemFinding, type ProblemName } from '../problems.js';
import type { EventOf, RamBlock, StreamEvent, StreamSink } from '../stream/events.js';
import {
  PAGE_COMPRESSED,
  PAGE_KINDS,
  PAGE_NORMAL,
  PAGE_XBZRLE,
  PAGE_ZERO,
  type PageBatch,
  type PageKind,
} from '../stream/page-batch.js';
import { decodeXbzrle } from '../wire/xbzrle.js';
import type { BlockFiles } from './block-files.js';
import { PageBits } from '../model/page-bits.js';

/** Bytes that are gathered before they are written. */
const RUN = 1 << 20;
/** The largest page size of any target. */
const MAX_PAGE = 1 << 16;
const ZEROS = Buffer.alloc(MAX_PAGE);

interface Target {
  block: RamBlock;
  /** Pages whose place in the file may hold something else than zeros. */
  readonly written: PageBits;
  /** The file system refused the file: the block is left out. */
  lost: boolean;
  /** A page of it could not be decompressed; only the first is reported. */
  damaged: boolean;
  /** Pages that a record was there for. */
  readonly sent: PageBits;
  /** Records by kind. */
  readonly kinds: Float64Array;
  /** Pages that POSTCOPY_RAM_DISCARD took back; made with the first of them. */
  discarded: PageBits | undefined;
}

/** What became of one block. */
export interface StoredBlock {
  readonly block: RamBlock;
  /** The path in the output directory; none for a block that could not be written. */
  readonly file?: string;
  /** Records by kind; a page that was sent twice counts twice. */
  readonly pages: Readonly<Record<PageKind, number>>;
  readonly neverSent: NeverSent;
  /** Pages that POSTCOPY_RAM_DISCARD took back and that did not come again. They are in `neverSent` as well. */
  readonly notResent: number;
}

export interface NeverSent {
  readonly pages: number;
  /** The first of them, as `[address, length]` in bytes. */
  readonly ranges: readonly (readonly [address: number, length: number])[];
}

const MAX_RANGES = 1000;
/** Bytes of all bits: two for each page of 768 GiB of guest RAM. */
const MAX_BITS = 48 << 20;

export class PageStore implements StreamSink {
  readonly wantsMappedPages = true;
  /** Pages that could not be written, with the reason: the first of each block. */
  readonly problems: Finding[] = [];

  private readonly targets = new Map<string, Target>();
  /** By the list of a channel, and the number in it. */
  private readonly lists = new WeakMap<readonly RamBlock[], Target[]>();
  private readonly budget = new PageMapBudget(MAX_BITS);
  private pageSize = 0;
  private readonly page = Buffer.alloc(MAX_PAGE);
  private target: Target | undefined;
  /** Bytes that wait for being written at `runStart` of the file of `target`. */
  private readonly run = Buffer.alloc(RUN);
  private runStart = 0;
  private runLength = 0;
  private channel = '';

  constructor(
    private readonly files: BlockFiles,
    /** The blocks that are written; all of them unless it is given. */
    private readonly wanted: (name: string) => boolean = () => true,
    /** Told of everything that is written, with the path in the output directory. */
    private readonly wrote?: (path: string, start: number, length: number) => void,
  ) {}

  /** A sink for one of several channels. */
  channelSink(channel: string): StreamSink {
    return {
      wantsMappedPages: true,
      event: (event) => {
        this.channel = channel;
        this.event(event);
      },
      pages: (batch) => {
        this.channel = channel;
        this.pages(batch);
      },
    };
  }

  event(event: StreamEvent): void {
    if (event.kind === 'begin') this.channel = event.channel;
    if (event.kind === 'ram-blocks') for (const block of event.blocks) this.resize(block, event.offset);
    if (event.kind === 'page-size') this.pageSize = event.pageSize;
    if (event.kind === 'command') this.discard(event);
    if (event.kind === 'end') this.flush();
  }

  pages(batch: PageBatch): void {
    const { kind, block, address, length } = batch;
    const targets = this.targetsOf(batch.blocks);
    this.pageSize = batch.pageSize;
    for (let i = 0; i < length; i++) {
      const target = (targets[block[i]!] ??= this.targetOf(batch.blocks[block[i]!]!));
      if (this.target !== target) this.turnTo(target);
      const declared = target.block;
      const at = address[i]!;
      // A page outside its block is a problem that the decoder reports.
      const room = declared.declared ? declared.usedLength - at : batch.pageSize;
      if (room <= 0 || target.lost) continue;
      const size = Math.min(batch.pageSize, room);
      target.kinds[kind[i]!]!++;
      mark(target.sent, at / batch.pageSize);
      switch (kind[i]) {
        case PAGE_NORMAL:
          this.normal(target, at, batch.window, batch.start[i]!, Math.min(size, batch.size[i]!), batch.pageSize);
          break;
        case PAGE_ZERO:
          this.fill(target, at, size, batch.size[i] === 0 ? 0 : batch.window[batch.start[i]!]!, batch.pageSize);
          break;
        case PAGE_XBZRLE:
          this.xbzrle(target, at, size, batch, i);
          break;
        case PAGE_COMPRESSED:
          this.compressed(target, at, size, batch, i);
          break;
        default:
      }
    }
  }

  /** All blocks that were declared or had pages, as far as they are wanted. */
  stored(): StoredBlock[] {
    return [...this.targets.values()]
      .filter(({ block }) => this.wanted(block.name))
      .map((target) => {
        const file = target.lost ? undefined : this.files.path(target.block.name);
        return {
          block: target.block,
          ...(file !== undefined && { file }),
          pages: Object.fromEntries(PAGE_KINDS.map((name, i) => [name, target.kinds[i]!])) as Record<PageKind, number>,
          neverSent: this.neverSent(target),
          notResent: notResent(target),
        };
      });
  }

  /** Writes what still waits. */
  flush(): void {
    const { target, runStart, runLength } = this;
    this.runLength = 0;
    if (!target || target.lost || runLength === 0) return;
    this.attempt(target, runStart, () => {
      const fd = this.files.fd(target.block);
      for (let done = 0; done < runLength;) done += writeSync(fd, this.run, done, runLength - done, runStart + done);
      this.wrote?.(this.files.path(target.block.name)!, runStart, runLength);
    });
  }

  private normal(target: Target, at: number, window: Uint8Array, start: number, size: number, pageSize: number): void {
    if (isZero(window, start, size)) this.fill(target, at, size, 0, pageSize);
    else {
      mark(target.written, at / pageSize);
      this.append(at, window, start, size);
    }
  }

  private fill(target: Target, at: number, size: number, byte: number, pageSize: number): void {
    const page = at / pageSize;
    if (byte !== 0) {
      mark(target.written, page);
      this.append(at, this.page.fill(byte, 0, size), 0, size);
    } else if (target.written.has(page)) this.append(at, ZEROS, 0, size);
  }

  /** The runs are laid over what the page was before. A body that makes no sense is a problem that the decoder reports. */
  private xbzrle(
    target: Target,
    at: number,
    size: number,
    { window, start, size: sizes, pageSize }: PageBatch,
    i: number,
  ): void {
    if (at < this.runStart + this.runLength && at + size > this.runStart) this.flush();
    const { page } = this;
    page.fill(0, 0, pageSize);
    if (target.written.has(at / pageSize)) {
      this.attempt(target, at, () => void readSync(this.files.fd(target.block), page, 0, size, at));
    }
    if (decodeXbzrle(window, start[i]!, sizes[i]!, pageSize, page) === undefined)
      this.normal(target, at, page, 0, size, pageSize);
  }

  private compressed(target: Target, at: number, size: number, batch: PageBatch, i: number): void {
    const { window, pageSize, offset } = batch;
    const start = batch.start[i]!;
    let wrong: string;
    try {
      const page = inflateSync(window.subarray(start, start + batch.size[i]!), { maxOutputLength: pageSize });
      if (page.length === pageSize) {
        this.normal(target, at, page, 0, size, pageSize);
        return;
      }
      wrong = `${page.length} bytes`;
    } catch (error) {
      wrong = (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE' ? 'more than a page' : 'no zlib stream';
    }
    if (target.damaged) return;
    target.damaged = true;
    this.problem(
      'ram-compressed',
      target.block,
      `compressed page ${hex(at)} of ${target.block.name} holds ${wrong}`,
      offset[i]!,
    );
  }

  private append(at: number, from: Uint8Array, start: number, size: number): void {
    if (at !== this.runStart + this.runLength || this.runLength + size > RUN) {
      this.flush();
      this.runStart = at;
    }
    this.run.set(from.subarray(start, start + size), this.runLength);
    this.runLength += size;
  }

  private turnTo(target: Target): void {
    this.flush();
    this.target = target;
  }

  private targetsOf(blocks: readonly RamBlock[]): Target[] {
    let targets = this.lists.get(blocks);
    if (!targets) this.lists.set(blocks, (targets = []));
    return targets;
  }

  private targetOf(block: RamBlock): Target {
    let target = this.targets.get(block.name);
    if (!target) {
      target = {
        block,
        written: new PageBits(this.budget, true),
        lost: !this.wanted(block.name),
        damaged: false,
        sent: new PageBits(this.budget, true),
        kinds: new Float64Array(PAGE_KINDS.length),
        discarded: undefined,
      };
      this.targets.set(block.name, target);
    }
    return target;
  }

  /** POSTCOPY_RAM_DISCARD: the destination forgets these pages, and they come again. */
  private discard({ payload }: EventOf<'command'>): void {
    const { pageSize } = this;
    const target = payload.block === undefined ? undefined : this.targets.get(payload.block);
    if (!target || target.lost || !payload.ranges || pageSize === 0) return;
    this.turnTo(target);
    target.discarded ??= new PageBits(this.budget, false);
    const end = BigInt(target.block.usedLength);
    for (const [start, length] of payload.ranges) {
      if (start >= end) continue;
      const last = Number(start + length < end ? start + length : end);
      for (const page of target.sent.take(Math.floor(Number(start) / pageSize), Math.ceil(last / pageSize))) {
        target.discarded.set(page);
        const at = page * pageSize;
        if (target.written.has(page)) this.append(at, ZEROS, 0, Math.min(pageSize, target.block.usedLength - at));
      }
    }
  }

  private neverSent({ block, sent, lost }: Target): NeverSent {
    const { pageSize } = this;
    const ranges: [number, number][] = [];
    let pages = 0;
    if (lost || block.usedLength === 0) return { pages, ranges };
    if (pageSize === 0) return { pages, ranges: [[0, block.usedLength]] };
    for (const [first, behind] of sent.unset(Math.ceil(block.usedLength / pageSize))) {
      pages += behind - first;
      if (ranges.length >= MAX_RANGES) continue;
      ranges.push([first * pageSize, Math.min(behind * pageSize, block.usedLength) - first * pageSize]);
    }
    return { pages, ranges };
  }

  private resize(block: RamBlock, offset: number): void {
    const target = this.targetOf(block);
    this.turnTo(target);
    const file = this.files.path(block.name);
    // What is cut off must not count as written.
    if (file !== undefined && block.usedLength < target.block.usedLength) this.wrote?.(file, 0, 0);
    target.block = block;
    if (!target.lost) this.attempt(target, offset, () => ftruncateSync(this.files.fd(block), block.usedLength));
  }

  /** A size that no file can have is the stream's doing and costs the block; everything else that the system says is thrown. */
  private attempt(target: Target, offset: number, write: () => void): void {
    try {
      write();
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      if (code !== 'EFBIG' && code !== 'EINVAL') throw error;
      target.lost = true;
      const { name, usedLength } = target.block;
      this.problem(
        'too-large',
        target.block,
        `block ${name} of ${hex(usedLength)} bytes: ${(error as Error).message}`,
        offset,
      );
    }
  }

  private problem(name: ProblemName, block: RamBlock, message: string, offset: number): void {
    this.problems.push(
      problemFinding(name, message, { channel: this.channel, offset, section: 'ram', path: `ram > ${block.name}` }),
    );
  }
}

function notResent({ discarded, sent }: Target): number {
  let pages = 0;
  for (const page of discarded?.take(0, Infinity) ?? []) if (!sent.has(page)) pages++;
  return pages;
}

/** A page that lies across two places, as no QEMU sends it, touches both. */
function mark(bits: PageBits, page: number): void {
  bits.set(page);
  if (!Number.isInteger(page)) bits.set(page + 1);
}

/** Looks at a few bytes first: most pages are not zero, and show it early. */
function isZero(bytes: Uint8Array, start: number, size: number): boolean {
  if (bytes[start] !== 0 || bytes[start + size - 1] !== 0 || bytes[start + (size >>> 1)] !== 0) return false;
  return ZEROS.compare(bytes, start, start + size, 0, size) === 0;
}
