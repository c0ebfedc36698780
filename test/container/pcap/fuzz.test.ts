/** Damaged packet captures at random, always the same ones: what comes of each is channels that can be read, or one line that says why not. */
import { describe, expect, it } from 'vitest';
import { InputError } from '../../../src/finding.js';
import { noise, randomNumbers } from '../../build/bytes.js';
import { initialPacket } from '../../build/multifd.js';
import { Conversation, pcap, pcapng } from '../../build/packets.js';
import { readFixture } from '../../fixtures.js';
import { openPcap } from './harness.js';

const RUNS = Number(process.env['FUZZ_ROUNDS'] ?? 1) * 120;

/** Two connections side by side; some segments come twice, some late. */
function packets() {
  const clock = { time: 0 };
  const main = new Conversation([1000, 4444], clock).open().send(readFixture('microvm-7.2').subarray(0, 30_000));
  const other = new Conversation([1001, 4444], clock, [2 ** 32 - 3000, 5000]).open();
  other.send(Buffer.concat([initialPacket({ id: 0 }), noise(10_000)]));
  const mixed = [...main.close().packets, ...other.close().packets].sort((a, b) => a.time! - b.time!);
  for (let i = 10; i + 5 < mixed.length; i += 7) mixed.splice(i, 2, mixed[i + 1]!, mixed[i]!, mixed[i]!);
  return mixed;
}

const build = pcapng(false);
const FILES: readonly (readonly [string, Buffer])[] = [
  ['pcap', pcap(packets())],
  ['pcap, big-endian with nanoseconds', pcap(packets(), { littleEndian: false, nanoseconds: true })],
  [
    'pcapng',
    Buffer.concat([build.section(), build.interface({ linkType: 1 }), ...packets().map((one) => build.enhanced(one))]),
  ],
];

/** Places where a packet or a block begins, with what stands before its payload. */
function heads(file: Buffer): number[] {
  const places = [0, 12, 24, 60];
  for (
    let at = file.indexOf('0202020202020202', 0, 'hex');
    at >= 0;
    at = file.indexOf('0202020202020202', at + 66, 'hex')
  )
    places.push(at - 28, at, at + 30);
  return places;
}

const LENGTHS = [0, 1, 0x7f, 0xff, 0xffff, 0x7fff_ffff, 0xffff_ffff];

function damage(file: Buffer, places: readonly number[], next: () => number): Buffer {
  let copy = Buffer.from(file);
  for (let count = 1 + (next() % 3); count > 0; count--) {
    const at = Math.max(0, Math.min(copy.length - 5, places[next() % places.length]! + (next() % 30)));
    const kind = next() % 5;
    if (kind === 0) copy[at]! ^= 1 << (next() % 8);
    else if (kind === 1) copy.writeUInt32BE(LENGTHS[next() % LENGTHS.length]!, at);
    else if (kind === 2) copy.writeUInt32LE(LENGTHS[next() % LENGTHS.length]!, at);
    else if (kind === 3) copy = Buffer.concat([copy.subarray(0, at), copy.subarray(at + (next() % 200))]);
    else copy = Buffer.concat([copy.subarray(0, at), noise(next() % 200, next()), copy.subarray(at)]);
  }
  return next() % 5 === 0 ? copy.subarray(0, next() % copy.length) : copy;
}

describe('damaged packet captures', () => {
  it.each(FILES)('%s', async (_what, file) => {
    const next = randomNumbers(Number(process.env['FUZZ_SEED'] ?? 1) * 1000 + 7);
    const places = heads(file);
    expect(places.length).toBeGreaterThan(100);
    const into = Buffer.alloc(1 << 16);
    let [opened, refused] = [0, 0];
    for (let run = 0; run < RUNS; run++) {
      const damaged = damage(file, places, next);
      try {
        const inside = await openPcap(damaged);
        opened++;
        for (const channel of inside.channels) {
          const source = channel.open();
          let bytes = 0;
          for (let got; (got = await source.read(into)) > 0;) bytes += got;
          // Zeros stand in for what is missing, of which there is never much.
          expect(bytes).toBe(channel.bytes);
          expect(bytes).toBeLessThan(2 * damaged.length);
        }
        let arrived = 0;
        for await (const { length } of inside.arrivals!()) arrived += length;
        expect(arrived).toBeGreaterThanOrEqual(0);
        inside.close();
      } catch (error) {
        // Damaged at its first bytes it is no packet capture at all, and comes out as it is.
        if (error instanceof TypeError && !isPcap(damaged)) continue;
        if (!(error instanceof InputError)) throw new Error(`run ${run}`, { cause: error });
        refused++;
      }
    }
    expect(opened).toBeGreaterThan(RUNS / 4);
    expect(refused).toBeGreaterThan(0);
  });
});

const isPcap = (file: Buffer): boolean =>
  /^(a1b2c3d4|d4c3b2a1|a1b23c4d|4d3cb2a1|0a0d0d0a)/.test(file.toString('hex', 0, 4));
