/**
 * Records of a few numbers each, appended in order and read in order: what is kept of every segment of a packet capture.
 *
 * They are kept in memory up to a bound that all logs share; what is beyond it lies in a temporary file without a name, so that memory does not
 * grow with the capture.
 */
import { closeSync, readSync, writeSync } from 'node:fs';
import { temporaryFile } from '../../bytes/temporary-file.js';

/** Records of a block; a log of one record takes room for few. */
const BLOCK = 4096;
const FIRST_BLOCK = 16;
const NOTHING = new Float64Array(0);
/** The most that all logs together keep in memory, in bytes. */
const MAX_KEPT = 64 << 20;

const closeFile = new FinalizationRegistry((fd: number) => closeSync(fd));

/** The blocks that do not stay in memory. */
export class Overflow {
  private fd: number | undefined;
  private size = 0;
  private kept = 0;

  constructor(private readonly maxKept = MAX_KEPT) {}

  /** Stores a block beyond the bound and returns its place, or undefined for one that may stay. */
  take(block: Float64Array): number | undefined {
    if (this.kept + block.byteLength <= this.maxKept) {
      this.kept += block.byteLength;
      return undefined;
    }
    this.fd ??= this.open();
    const place = this.size;
    writeSync(this.fd, block, 0, block.byteLength, place);
    this.size += block.byteLength;
    return place;
  }

  read(place: number, into: Float64Array): void {
    readSync(this.fd!, into, 0, into.byteLength, place);
  }

  /** Makes room for others when a log is thrown away. */
  forget(bytes: number): void {
    this.kept -= bytes;
  }

  private open(): number {
    const fd = temporaryFile();
    closeFile.register(this, fd);
    return fd;
  }
}

export class RecordLog {
  length = 0;
  private readonly blocks: (Float64Array | number)[] = [];
  private last = NOTHING;
  private used = 0;

  /** `width`: numbers of a record. */
  constructor(
    readonly width: number,
    private readonly overflow: Overflow,
  ) {}

  /** Appends a record; missing numbers are 0. */
  push(a: number, b: number, c = 0, d = 0): void {
    if (this.used === this.last.length) this.makeRoom();
    const { last, width } = this;
    const at = this.used;
    last[at] = a;
    last[at + 1] = b;
    if (width > 2) last[at + 2] = c;
    if (width > 3) last[at + 3] = d;
    this.used += width;
    this.length++;
  }

  reader(): RecordReader {
    return new RecordReader(this);
  }

  /** Lets go of all records. */
  clear(): void {
    for (const block of this.blocks) if (typeof block !== 'number') this.overflow.forget(block.byteLength);
    this.blocks.length = 0;
    this.last = NOTHING;
    this.used = 0;
    this.length = 0;
  }

  /** The block that holds a record; `scratch` is filled with those that are not in memory. */
  block(record: number, scratch: Float64Array): Float64Array {
    const block = this.blocks[Math.floor(record / BLOCK)];
    if (block === undefined) return this.last;
    if (typeof block !== 'number') return block;
    this.overflow.read(block, scratch);
    return scratch;
  }

  private makeRoom(): void {
    const full = BLOCK * this.width;
    if (this.last.length < full) {
      const larger = new Float64Array(Math.min(full, Math.max(this.last.length * 4, FIRST_BLOCK * this.width)));
      larger.set(this.last);
      this.last = larger;
      return;
    }
    const place = this.overflow.take(this.last);
    this.blocks.push(place ?? this.last);
    if (place === undefined) this.last = new Float64Array(full);
    this.used = 0;
  }
}

/** Reads a log from any record on, one block at a time. */
export class RecordReader {
  private readonly scratch: Float64Array;
  private current: Float64Array | undefined;
  private number = -1;

  constructor(private readonly log: RecordLog) {
    this.scratch = new Float64Array(log.length > BLOCK ? BLOCK * log.width : 0);
  }

  get(record: number, field: number): number {
    const { log } = this;
    const number = Math.floor(record / BLOCK);
    if (number !== this.number || !this.current) {
      this.current = log.block(record, this.scratch);
      this.number = number;
    }
    return this.current[(record - number * BLOCK) * log.width + field]!;
  }

  /** The last record whose first number is at most `value`, in a log that ascends by it; -1 when there is none. */
  find(value: number): number {
    let low = 0;
    let high = this.log.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.get(middle, 0) <= value) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }
}
