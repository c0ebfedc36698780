import { describe, expect, it } from 'vitest';
import { Overflow } from '../../../src/container/pcap/record-log.js';
import { FLAG_SYN, Segment } from '../../../src/container/pcap/segment.js';
import { NOWHERE, TcpStream } from '../../../src/container/pcap/tcp-stream.js';

/** Bytes that were seen at a place of the stream: the file has them at 1000 × that place. */
type Seen = readonly [offset: number, length: number, captured?: number];

class Builder {
  readonly stream = new TcpStream(new Overflow());
  private packet = 0;

  constructor(private readonly first = 100) {
    this.stream.start(first);
  }

  see(...segments: readonly Seen[]): this {
    for (const [offset, length, captured = length] of segments) {
      const segment = new Segment();
      segment.sequence = (this.first + offset) >>> 0;
      segment.length = length;
      segment.captured = captured;
      segment.payload = 1000 * offset;
      this.stream.segment(segment, ++this.packet);
    }
    return this;
  }

  acknowledge(offset: number): this {
    this.stream.acknowledge((this.first + offset) >>> 0);
    return this;
  }

  /** Where the bytes come from. */
  pieces(): (readonly [offset: number, file: number])[] {
    const reader = this.stream.pieces.reader();
    return Array.from({ length: this.stream.pieces.length }, (_, i) => [reader.get(i, 0), reader.get(i, 1)]);
  }
}

describe('a stream', () => {
  it('is what comes in order', () => {
    const built = new Builder().see([0, 10], [10, 20], [30, 5]);
    expect(built.stream).toMatchObject({ length: 35, holes: [], missing: 0, repeated: 0 });
    expect(built.pieces()).toEqual([
      [0, 0],
      [10, 10_000],
      [30, 30_000],
    ]);
  });

  it('passes over what comes again, whole, in part, and as a keep-alive', () => {
    const built = new Builder().see([0, 10], [0, 10], [5, 10], [14, 1], [2, 3], [15, 5]);
    expect(built.stream).toMatchObject({ length: 20, repeated: 10 + 5 + 1 + 3 });
    expect(built.pieces()).toEqual([
      [0, 0],
      // Of the segment at 5 the first five bytes are known.
      [10, 5005],
      [15, 15_000],
    ]);
  });

  it('puts early segments where they belong', () => {
    const built = new Builder().see([20, 10], [10, 10], [30, 5], [15, 3], [0, 10]);
    expect(built.stream).toMatchObject({ length: 35, holes: [] });
    expect(built.pieces()).toEqual([
      [0, 0],
      [10, 10_000],
      [20, 20_000],
      [30, 30_000],
    ]);
  });

  it('passes the end of the sequence numbers', () => {
    const built = new Builder(0xffff_fff0).see([0, 10], [20, 10], [10, 10], [30, 10]);
    expect(built.stream).toMatchObject({ length: 40, holes: [] });
    built.acknowledge(40);
    expect(built.stream.acknowledged).toBe(40);
  });

  it('longer than all sequence numbers is one stream', () => {
    const built = new Builder();
    const step = 2 ** 28;
    for (let i = 0; i < 40; i++) built.see([i * step, step]);
    expect(built.stream).toMatchObject({ length: 40 * step, holes: [], repeated: 0 });
  });

  it('begins behind a SYN that carries bytes', () => {
    const stream = new TcpStream(new Overflow());
    stream.start(101);
    const segment = new Segment();
    Object.assign(segment, { sequence: 100, flags: FLAG_SYN, length: 8, captured: 8, payload: 50 });
    stream.segment(segment, 1);
    expect([stream.length, stream.repeated]).toEqual([8, 0]);
  });

  it('whose first number is not known begins with the lowest of the first segments', () => {
    const stream = new TcpStream(new Overflow());
    for (let i = 0; i < 16; i++) {
      // Pairs the wrong way round.
      const sequence = 1000 + 10 * (i ^ 1);
      stream.segment(Object.assign(new Segment(), { sequence, length: 10, captured: 10, payload: sequence }), i + 1);
      expect(stream.length).toBe(i < 15 ? 0 : 160);
    }
    stream.acknowledge(1160);
    expect(stream).toMatchObject({ missing: 0, repeated: 0, acknowledged: 160 });
  });

  it('knows the sequence number that it began with', () => {
    const built = new Builder(0xffff_ff00).see([0, 1000]);
    expect(built.stream.startedAt(0xffff_ff00)).toBe(true);
    expect(built.stream.startedAt(0xffff_ff01)).toBe(false);
  });
});

describe('a hole', () => {
  it('is where packets were not kept whole', () => {
    const built = new Builder().see([0, 10], [10, 10, 4], [20, 10, 0], [30, 10]);
    expect(built.stream).toMatchObject({
      length: 40,
      missing: 16,
      holeCount: 2,
      holes: [
        { offset: 14, length: 6, packet: 2, cause: 'cut' },
        { offset: 20, length: 10, packet: 3, cause: 'cut' },
      ],
    });
    expect(built.pieces()).toEqual([
      [0, 0],
      [10, 10_000],
      [14, NOWHERE],
      [20, NOWHERE],
      [30, 30_000],
    ]);
  });

  it('at the end of the capture is what nobody has filled', () => {
    const built = new Builder().see([0, 10], [20, 10], [40, 10]);
    expect(built.stream.length).toBe(10);
    built.stream.finish();
    expect(built.stream).toMatchObject({
      length: 50,
      missing: 20,
      holes: [
        { offset: 10, length: 10, packet: 2, cause: 'lost' },
        { offset: 30, length: 10, packet: 3, cause: 'lost' },
      ],
    });
  });

  it('shows some time after the other end has acknowledged the bytes', () => {
    const built = new Builder().see([0, 10], [20, 10]).acknowledge(30);
    for (let i = 0; i < 500; i++) built.see([30 + 10 * i, 10]);
    expect(built.stream.length).toBe(10);
    for (let i = 500; i < 1100; i++) built.see([30 + 10 * i, 10]);
    expect(built.stream).toMatchObject({ length: 30 + 11_000, holes: [{ offset: 10, length: 10, cause: 'lost' }] });
  });

  it('shows when too much waits behind it, in segments or in bytes', () => {
    const many = new Builder().see([0, 10]);
    for (let i = 0; i < 20_000; i++) many.see([20 + i, 1]);
    expect(many.stream).toMatchObject({ length: 20_020, missing: 10 });
    const far = new Builder().see([0, 10], [2 ** 29 + 100, 10]);
    expect(far.stream).toMatchObject({ length: 2 ** 29 + 110, missing: 2 ** 29 + 90 });
  });

  it('is counted when there are too many to be listed', () => {
    const built = new Builder();
    for (let i = 0; i < 2000; i++) built.see([10 * i, 10, 9]);
    expect(built.stream).toMatchObject({ holeCount: 2000, missing: 2000 });
    expect(built.stream.holes.length).toBe(1000);
  });
});
