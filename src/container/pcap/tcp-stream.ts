/**
 * The bytes of one direction of a TCP connection, put into their order: where each of them lies in the file of packets.
 *
 * The first copy of a byte counts; what comes again is passed over. What comes early waits until the gap before it is filled, or until it is
 * clear that it will not be: then the stream has a hole, and goes on behind it. Sequence numbers are taken as distances from the byte that is
 * expected next, so that they may wrap.
 */
import { type Overflow, RecordLog } from './record-log.js';
import { FLAG_SYN, type Segment } from './segment.js';

/** Bytes of the stream that the file does not have. */
export interface Hole {
  readonly offset: number;
  readonly length: number;
  /** The packet at which it shows. */
  readonly packet: number;
  /** `cut`: the packet is there, but not all of it was kept; `lost`: no packet has the bytes. */
  readonly cause: 'cut' | 'lost';
}

interface EarlySegment {
  readonly offset: number;
  readonly length: number;
  readonly captured: number;
  readonly payload: number;
  readonly packet: number;
}

type Placeable = Pick<Segment, 'sequence' | 'flags' | 'length' | 'captured' | 'payload'>;

interface Unplaced {
  readonly segment: Placeable;
  readonly packet: number;
}

/** Segments after which the first sequence number is taken to be the lowest seen. */
const MAX_UNPLACED = 16;

/** Where the pieces of a hole lie: nowhere. */
export const NOWHERE = -1;

/** Segments that wait for a gap to be filled. */
const MAX_EARLY = 16_384;
/** Bytes behind the gap. A receiver's window is no larger than 1 GiB, and seldom larger than 16 MiB. */
const MAX_AHEAD = 1 << 29;
/** Segments that a gap may stay open after the receiver has acknowledged it. */
const MAX_LATE = 1024;
const MAX_HOLES = 1000;

export class TcpStream {
  /** Bytes of the stream so far, those of holes with them. */
  length = 0;
  /** Where the stream's bytes lie: `[offset in the stream, offset in the file or NOWHERE]`, ascending. */
  readonly pieces: RecordLog;
  readonly holes: Hole[] = [];
  holeCount = 0;
  missing = 0;
  /** Bytes that came more than once. */
  repeated = 0;
  /** How far the other end has acknowledged. */
  acknowledged = 0;
  /** A FIN or RST has been seen. */
  closed = false;
  private expected: number | undefined;
  /** What came before the first sequence number was known, and the lowest number seen. */
  private unplaced: Unplaced[] = [];
  private lowest: number | undefined;
  private early: EarlySegment[] = [];
  /** Segments since the gap was acknowledged. */
  private late = 0;

  constructor(overflow: Overflow) {
    this.pieces = new RecordLog(2, overflow);
  }

  get started(): boolean {
    return this.expected !== undefined;
  }

  /** The sequence number of the first byte. Only the first call counts. */
  start(sequence: number): void {
    if (this.expected !== undefined) return;
    this.expected = sequence >>> 0;
    const { unplaced } = this;
    this.unplaced = [];
    for (const { segment, packet } of unplaced) this.place(segment, packet);
  }

  /** Some sequence number of a stream whose first one is not known: the connection was opened before, or its packets come in disorder. */
  suggest(sequence: number): void {
    if (this.lowest === undefined || ((sequence - this.lowest) | 0) < 0) this.lowest = sequence >>> 0;
  }

  /** True for a sequence number with which this stream began. */
  startedAt(sequence: number): boolean {
    return this.expected === (sequence + this.length) >>> 0;
  }

  /** Takes the payload of a segment. */
  segment(segment: Segment, packet: number): void {
    if (this.expected !== undefined) this.place(segment, packet);
    else {
      const { sequence, flags, length, captured, payload } = segment;
      this.suggest(sequence);
      this.unplaced.push({ segment: { sequence, flags, length, captured, payload }, packet });
      if (this.unplaced.length === MAX_UNPLACED) this.start(this.lowest!);
    }
  }

  /** The other end expects this sequence number next. */
  acknowledge(sequence: number): void {
    if (this.expected === undefined) {
      this.suggest(sequence);
      return;
    }
    const offset = this.length + ((sequence - this.expected) | 0);
    if (offset > this.acknowledged) this.acknowledged = offset;
  }

  /** No more packets will come. */
  finish(): void {
    if (this.unplaced.length > 0) this.start(this.lowest!);
    while (this.early.length > 0) this.giveUp();
  }

  private place({ sequence, flags, length, captured, payload }: Placeable, packet: number): void {
    const offset = this.length + ((sequence + (flags & FLAG_SYN ? 1 : 0) - this.expected!) | 0);
    if (offset <= this.length) {
      this.deliver(offset, length, captured, payload, packet);
      if (this.early.length > 0) this.catchUp();
    } else this.keep({ offset, length, captured, payload, packet });
  }

  private deliver(offset: number, length: number, captured: number, payload: number, packet: number): void {
    const known = this.length - offset;
    this.repeated += Math.min(known, length);
    if (known >= length) return;
    if (captured > known) {
      this.pieces.push(this.length, payload + known);
      this.advance(captured - known);
    }
    const cut = length - Math.max(captured, known);
    if (cut > 0) this.hole(cut, packet, 'cut');
  }

  /** Puts a segment among those that wait, by its offset. */
  private keep(segment: EarlySegment): void {
    const { early } = this;
    if (early.length === 0 || early[early.length - 1]!.offset <= segment.offset) early.push(segment);
    else early.splice(placeOf(early, segment.offset), 0, segment);
    const gapEnd = early[0]!.offset;
    this.late = this.acknowledged >= gapEnd ? this.late + 1 : 0;
    const ahead = segment.offset - this.length;
    if (early.length > MAX_EARLY || ahead > MAX_AHEAD || this.late > MAX_LATE) this.giveUp();
  }

  /** What waited and now follows on. */
  private catchUp(): void {
    const { early } = this;
    let taken = 0;
    while (taken < early.length && early[taken]!.offset <= this.length) {
      const { offset, length, captured, payload, packet } = early[taken++]!;
      this.deliver(offset, length, captured, payload, packet);
    }
    if (taken === 0) return;
    early.splice(0, taken);
    this.late = 0;
  }

  private giveUp(): void {
    const { offset, packet } = this.early[0]!;
    this.hole(offset - this.length, packet, 'lost');
    this.catchUp();
  }

  private hole(length: number, packet: number, cause: Hole['cause']): void {
    this.pieces.push(this.length, NOWHERE);
    if (this.holes.length < MAX_HOLES) this.holes.push({ offset: this.length, length, packet, cause });
    this.holeCount++;
    this.missing += length;
    this.advance(length);
  }

  private advance(count: number): void {
    this.length += count;
    this.expected = (this.expected! + count) >>> 0;
  }
}

/** The index of the first segment behind an offset. */
function placeOf(early: readonly EarlySegment[], offset: number): number {
  let low = 0;
  let high = early.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (early[middle]!.offset <= offset) low = middle + 1;
    else high = middle;
  }
  return low;
}
