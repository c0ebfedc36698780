import { describe, expect, it } from 'vitest';
import { Overflow } from '../../../src/container/pcap/record-log.js';
import { Segment } from '../../../src/container/pcap/segment.js';
import { StreamSource } from '../../../src/container/pcap/stream-source.js';
import { TcpStream } from '../../../src/container/pcap/tcp-stream.js';
import { noise, randomNumbers } from '../../build/bytes.js';
import { sourceOf } from './harness.js';

const FILE = noise(4 << 20);

/** A stream of pieces of the file, `[place, length, captured]`, and what it holds. */
function streamOf(pieces: readonly (readonly [place: number, length: number, captured?: number])[]) {
  const stream = new TcpStream(new Overflow());
  stream.start(0);
  const parts: Buffer[] = [];
  let offset = 0;
  pieces.forEach(([payload, length, captured = length], i) => {
    const segment = Object.assign(new Segment(), { sequence: offset, length, captured, payload });
    stream.segment(segment, i + 1);
    parts.push(FILE.subarray(payload, payload + captured), Buffer.alloc(length - captured));
    offset += length;
  });
  return { stream, bytes: Buffer.concat(parts) };
}

function readAll(source: StreamSource, chunk: number): Buffer {
  const all: Buffer[] = [];
  for (;;) {
    const part = Buffer.alloc(chunk);
    const got = source.read(part);
    if (got === 0) return Buffer.concat(all);
    all.push(part.subarray(0, got));
  }
}

const close = Array.from({ length: 500 }, (_, i) => [i * 1500, 1448] as const);
const SHAPES = {
  'close together': close,
  'far apart': Array.from({ length: 60 }, (_, i) => [i * 60_000, 900] as const),
  large: Array.from({ length: 50 }, (_, i) => [i * 66_000, 65_000] as const),
  'out of order': [close[3]!, close[1]!, close[2]!, close[0]!, ...close.slice(4)],
  'with holes': close.map(([place, length], i) => [place, length, i % 7 === 0 ? 1000 : length] as const),
  'of one piece': [[77, 100_000] as const],
  empty: [],
};

describe.each(Object.entries(SHAPES))('a stream whose pieces are %s', (_name, pieces) => {
  const { stream, bytes } = streamOf(pieces);
  const source = (): StreamSource => new StreamSource(sourceOf(FILE), stream, 'main.bin');

  it.each([1 << 20, 4095, 100])('is read in chunks of %i', (chunk) => {
    if (chunk === 100 && bytes.length > 1 << 20) return;
    expect(readAll(source(), chunk).equals(bytes)).toBe(true);
  });

  it('is read at any place without moving', () => {
    const one = source();
    const numbers = randomNumbers(5);
    const random = (): number => numbers() / 2 ** 32;
    one.seek(bytes.length >> 1);
    for (let i = 0; i < 50; i++) {
      const offset = Math.floor(random() * bytes.length);
      const into = Buffer.alloc(3000);
      const got = one.readAt(into, offset);
      expect(into.subarray(0, got).equals(bytes.subarray(offset, offset + 3000))).toBe(true);
    }
    expect(readAll(one, 100_000).equals(bytes.subarray(bytes.length >> 1))).toBe(true);
    one.close();
  });
});

describe('what a stream has to say', () => {
  const told = (
    pieces: Parameters<typeof streamOf>[0],
    size?: number,
  ): (readonly [number, number | undefined, string])[] => {
    const { stream } = streamOf(pieces);
    return new StreamSource(sourceOf(FILE), stream, 'main.bin', size).faults.map(({ offset, length, message }) => [
      offset,
      length,
      message,
    ]);
  };

  it('is where it has holes, with the packet', () => {
    expect(
      told([
        [0, 100],
        [200, 100, 60],
        [400, 100],
      ]),
    ).toEqual([[160, 40, '40 bytes of packet 2 were not kept by the capture']]);
    expect(told([[0, 100]])).toEqual([]);
  });

  it('is bounded', () => {
    const many = told(Array.from({ length: 100 }, (_, i) => [i * 200, 100, 90] as const));
    expect(many.length).toBe(17);
    expect(many[16]).toEqual([1600, undefined, '84 more holes follow, 1000 bytes are missing in all']);
  });

  it('is where it ends, when it is not read further', () => {
    expect(
      told(
        [
          [0, 100],
          [200, 100, 10],
        ],
        110,
      ),
    ).toEqual([
      [
        110,
        90,
        '90 bytes of packet 2 were not kept by the capture; the channel ends here, since 90 of 200 bytes are missing',
      ],
    ]);
  });
});
