/**
 * Damaged streams at random, always the same ones: whatever the bytes say, a decoder ends, once, and claims no more than there is.
 *
 * `FUZZ_ROUNDS=100 FUZZ_SEED=7 npx vitest run test/fuzz.test.ts` goes on with others.
 */
import { describe, expect, it } from 'vitest';
import { Cursor } from '../src/bytes/cursor.js';
import { type ByteSource, MemorySource } from '../src/bytes/source.js';
import { decodeChannel } from '../src/stream/decode-channel.js';
import type { ChannelEnd, StreamEvent } from '../src/stream/events.js';
import { noise, randomNumbers } from './build/bytes.js';
import { decode } from './build/decode.js';
import { SAMPLES, type Sample } from './build/samples.js';
import { readFixture } from './fixtures.js';

const ROUNDS = Number(process.env['FUZZ_ROUNDS'] ?? 1);
const SEED = Number(process.env['FUZZ_SEED'] ?? 1);

const real = (times: number, ...names: readonly string[]): (Sample & { times: number })[] =>
  names.map((name) => ({ name, bytes: readFixture(name), times }));

const SEEDS = [
  ...SAMPLES.map((sample) => ({ ...sample, times: 400 })),
  ...real(100, '11.1-s390x-multifd-2', '10.0-s390x-multifd-2', '11.1-aarch64-multifd-2'),
  ...real(25, '5.2-x86_64-multifd-4', '7.2-s390x-compress', 'microvm-7.2', '11.1-x86_64-vfio-multifd-2-configafter'),
];

type Random = () => number;

/** Values that lengths, counts and flags break at. */
const INTERESTING = [0, 1, 2, 4, 8, 0x10, 0x20, 0x40, 0x7e, 0x7f, 0x80, 0xfe, 0xff];

const MUTATIONS: readonly ((bytes: Buffer, at: number, random: Random) => Buffer)[] = [
  function flipBit(bytes, at, random) {
    bytes[at]! ^= 1 << (random() & 7);
    return bytes;
  },
  function setByte(bytes, at, random) {
    bytes[at] = INTERESTING[random() % INTERESTING.length]!;
    return bytes;
  },
  function setWord(bytes, at, random) {
    const width = [2, 4, 8][random() % 3]!;
    const value = [0n, 1n, 0x10n, 0xffff_ffff_ffff_ffffn, 1n << BigInt(random() & 63), BigInt(random())][random() % 6]!;
    const word = Buffer.alloc(8);
    word.writeBigUInt64BE(BigInt.asUintN(64, value));
    bytes.set(word.subarray(8 - width).subarray(0, bytes.length - at), at);
    return bytes;
  },
  function cutOut(bytes, at, random) {
    return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + (random() % 64))]);
  },
  function putIn(bytes, at, random) {
    return Buffer.concat([bytes.subarray(0, at), noise(1 + (random() % 64), random()), bytes.subarray(at)]);
  },
  function repeat(bytes, at, random) {
    const part = bytes.subarray(at, at + 1 + (random() % 300));
    return Buffer.concat([bytes.subarray(0, at), part, bytes.subarray(at)]);
  },
  function swap(bytes, at, random) {
    const to = at + 1 + (random() % 200);
    const end = to + 1 + (random() % 200);
    return Buffer.concat([bytes.subarray(0, at), bytes.subarray(to, end), bytes.subarray(at, to), bytes.subarray(end)]);
  },
  function cutOff(bytes, at) {
    return bytes.subarray(0, at);
  },
];

/** A source that fails a decoder which asks for ever. */
class Bounded implements ByteSource {
  readonly name = 'bounded';
  private reads = 0;

  constructor(
    private readonly inner: MemorySource,
    private readonly most: number,
  ) {}

  get size(): number | undefined {
    return this.inner.size;
  }
  get readAt(): MemorySource['readAt'] {
    return this.inner.readAt;
  }
  get seek(): MemorySource['seek'] {
    return this.inner.seek;
  }
  read(into: Uint8Array): number | Promise<number> {
    if (++this.reads > this.most) throw new Error(`more than ${this.most} reads`);
    return this.inner.read(into);
  }
  close(): void {
    this.inner.close();
  }
}

describe.each(SEEDS)('$name', ({ bytes: whole, role = 'main', times }) => {
  it('survives damage', async () => {
    // What lies behind the first pages matters more than the pages: structures are mutated where events are.
    const starts = (await decode(whole, { role, wantsDeviceState: false })).events.map(({ offset }) => offset);
    for (let n = 0; n < times * ROUNDS; n++) {
      const seed = SEED * 1_000_003 + n;
      const random = randomNumbers(seed);
      let bytes: Buffer = Buffer.from(whole);
      const what: string[] = [];
      for (let count = 1 + (random() % 3); count > 0 && bytes.length > 1; count--) {
        const near = random() % 4 > 0 ? starts[random() % starts.length]! + (random() % 40) : random();
        const at = near % bytes.length;
        const mutate = MUTATIONS[random() % MUTATIONS.length]!;
        what.push(`${mutate.name} at ${at}`);
        bytes = mutate(bytes, at, random);
      }
      const message = `seed ${seed}: ${what.join(', ')}`;
      try {
        await check(bytes, role, random);
      } catch (error) {
        throw new Error(message, { cause: error });
      }
    }
  });
});

async function check(bytes: Buffer, role: 'main' | 'recovery-main', random: Random): Promise<void> {
  const seekable = random() % 2 === 0;
  const chunk = random() % 4 === 0 ? 97 : 1 << 20;
  const source = new Bounded(
    new MemorySource(bytes, 'fuzz', { seekable, chunk, waits: random() % 8 === 0 }),
    100 + (4 * bytes.length) / chunk,
  );
  const ends: ChannelEnd[] = [];
  const late: StreamEvent[] = [];
  let skipped = 0;
  let problems = 0;
  const event = (event: StreamEvent): void => {
    if (ends.length > 0) late.push(event);
    if (event.kind === 'end') ends.push(event);
    else if (event.kind === 'skipped') skipped += event.length;
    else if (event.kind === 'problem') {
      problems++;
      expect(event.finding.offset).toBeLessThanOrEqual(bytes.length);
    }
    expect(event.offset).toBeLessThanOrEqual(bytes.length);
  };
  await decodeChannel(
    new Cursor(source),
    [
      {
        wantsDeviceState: random() % 2 === 0,
        wantsMappedPages: random() % 2 === 0,
        event,
        pages: (batch) => {
          for (let i = 0; i < batch.length; i++) {
            if (batch.start[i]! + batch.size[i]! > batch.window.length) throw new Error('a page outside its window');
          }
        },
      },
    ],
    { role, channel: 'fuzz' },
  );
  expect(late).toEqual([]);
  expect(ends).toHaveLength(1);
  const end = ends[0]!;
  expect(end.bytes).toBe(bytes.length);
  expect(end.explainedBytes).toBeLessThanOrEqual(end.bytes);
  expect(end.explainedBytes).toBeGreaterThanOrEqual(0);
  expect(end.lastGoodOffset).toBeLessThanOrEqual(end.bytes);
  expect(end.explainedBytes + skipped).toBeLessThanOrEqual(end.bytes);
  if (!end.complete || end.explainedBytes < end.bytes) expect(problems).toBeGreaterThan(0);
}
