import { describe, expect, it } from 'vitest';
import {
  devicePacket,
  initialPacket,
  pagesOf,
  ramPacket,
  type RamPacket,
  syncPacket,
  vfioPayload,
  zlibPayloads,
} from '../build/multifd.js';
import { decode, type Seen, type Setting } from './multifd-harness.js';

const HEADER = 1344;
const PAGES = 64 + HEADER;

const skipped = ({ events }: Seen) =>
  events.flatMap((event) => (event.kind === 'skipped' ? [[event.offset, event.length]] : []));
const problems = ({ problems: found }: Seen) => found.map(({ code, rule, offset }) => [code, rule, offset]);

/** Bytes between a first SYNC and a good packet. */
const around = (middle: Uint8Array) =>
  Buffer.concat([initialPacket(), syncPacket(0), middle, ramPacket({ num: 2, normal: [0x2000] }), syncPacket(3)]);

/** What is between two good packets costs its own bytes and nothing else. */
async function expectSkipped(middle: Buffer, rule: string, at: number, setting: Setting = {}): Promise<Seen> {
  const data = around(middle);
  const seen = await decode(data, setting);
  expect(seen.problems.map((problem) => [problem.rule, problem.offset])).toEqual([[rule, at]]);
  expect(skipped(seen)).toEqual([[PAGES, middle.length]]);
  expect(seen.packets.map(({ packetNum }) => packetNum)).toEqual([0n, 2n, 3n]);
  expect(seen.end).toMatchObject({
    explainedBytes: data.length - middle.length,
    lastGoodOffset: PAGES,
    complete: false,
  });
  for (const chunk of [1, 4097]) expect((await decode(data, { ...setting, chunk })).log).toEqual(seen.log);
  return seen;
}

/** Something is wrong, and all bytes are understood. */
async function expectNoted(middle: Buffer, rule: string, at: number, setting: Setting = {}): Promise<Seen> {
  const data = around(middle);
  const seen = await decode(data, setting);
  expect(seen.problems.map((problem) => [problem.rule, problem.offset])).toEqual([[rule, at]]);
  expect(seen.end).toMatchObject({ explainedBytes: data.length, complete: true });
  return seen;
}

describe('multifd channel that is cut', () => {
  const expectCuts = async (data: Buffer, boundaries: readonly number[], step = 1): Promise<void> => {
    for (let cut = 0; cut < data.length; cut += step) {
      const seen = await decode(data.subarray(0, cut));
      const whole = boundaries.includes(cut);
      expect([cut, seen.problems.map(({ rule }) => rule)]).toEqual([cut, whole ? [] : ['truncated']]);
      expect([cut, seen.end.complete, seen.end.bytes]).toEqual([cut, whole, cut]);
      const last = Math.max(0, ...boundaries.filter((boundary) => boundary <= cut));
      expect(seen.end.explainedBytes).toBeGreaterThanOrEqual(last);
      expect(seen.end.explainedBytes).toBeLessThanOrEqual(cut);
      expect(seen.end.lastGoodOffset).toBe(seen.end.explainedBytes);
      expect(skipped(seen)).toEqual([]);
    }
  };

  it('ends where it was cut, at every byte', async () => {
    const parts = [initialPacket(), syncPacket(0), ramPacket({ num: 1, normal: [0, 0x1000] }), devicePacket()];
    const boundaries = parts.map((_, i) => Buffer.concat(parts.slice(0, i + 1)).length);
    await expectCuts(Buffer.concat(parts), boundaries);
  });

  it('with zlib too', async () => {
    const [payload] = await zlibPayloads([pagesOf([0])]);
    const parts = [initialPacket(), ramPacket({ flags: 2, normal: [0], payload: payload! })];
    await expectCuts(Buffer.concat(parts), [64]);
  });

  it('keeps the pages that are whole', async () => {
    const data = Buffer.concat([initialPacket(), ramPacket({ num: 1, normal: [0, 0x1000], zero: [0x5000] })]);
    const seen = await decode(data.subarray(0, data.length - 1));
    expect(seen.pages.map(({ address }) => address)).toEqual([0]);
    expect(seen.packets).toEqual([]);
    expect(seen.end).toMatchObject({ explainedBytes: data.length - 0x1000, lastGoodOffset: data.length - 0x1000 });
    expect(seen.problems[0]).toMatchObject({ expected: '4096 bytes', found: '4095 bytes', path: 'multifd page' });
  });

  it('or was never written to its end', async () => {
    const seen = await decode(Buffer.concat([initialPacket(), syncPacket(0), Buffer.alloc(5000)]));
    expect(problems(seen)).toEqual([['MIG101', 'truncated', PAGES]]);
    expect(seen.end).toMatchObject({ bytes: PAGES + 5000, explainedBytes: PAGES, complete: false });
  });
});

describe('multifd packet that is wrong', () => {
  const packet = (options: RamPacket) => ramPacket({ num: 1, normal: [0], ...options });

  it('has another magic or version', async () => {
    await expectSkipped(packet({ magic: 0x11223345 }), 'multifd-magic', PAGES);
    await expectSkipped(packet({ version: 2 }), 'multifd-version', PAGES + 4);
    await expectSkipped(Buffer.from('junk'), 'multifd-magic', PAGES);
    await expectSkipped(Buffer.alloc(20, 0x11), 'multifd-magic', PAGES);
  });

  it('has more pages than it can hold', async () => {
    await expectSkipped(packet({ pagesAlloc: 129 }), 'multifd-page-count', PAGES + 12);
    await expectSkipped(packet({ pagesAlloc: 0xffff_ffff }), 'multifd-page-count', PAGES + 12);
    await expectSkipped(packet({ normalPages: 129 }), 'multifd-page-count', PAGES + 16);
    await expectSkipped(packet({ normalPages: 0xffff_ffff }), 'multifd-page-count', PAGES + 16);
    await expectSkipped(packet({ zeroPages: 128 }), 'multifd-page-count', PAGES + 32);
    await expectSkipped(packet({ pagesAlloc: 0 }), 'multifd-page-count', PAGES + 16);
  });

  it('has several methods, or another than before', async () => {
    await expectSkipped(packet({ flags: 6 }), 'multifd-method', PAGES + 8);
    const [payload] = await zlibPayloads([pagesOf([0])]);
    const zlib = packet({ flags: 2, payload: payload! });
    const seen = await expectNoted(zlib, 'multifd-method', PAGES + zlib.length + 8);
    expect(seen.problems[0]).toMatchObject({ expected: 'zlib', found: 'none' });
    expect(seen.pages.every(({ asBuilt }) => asBuilt)).toBe(true);
  });

  it('has flags without a meaning', async () => {
    await expectNoted(packet({ flags: 0x80000080 }), 'multifd-flags', PAGES + 8);
  });

  it('says another size than its pages have', async () => {
    const seen = await expectNoted(packet({ nextPacketSize: 7 }), 'multifd-plain-size', PAGES + 20);
    expect(seen.packets[1]!.payloadLength).toBe(0x1000);
  });

  it('is compressed to nothing, or to more than there is room for', async () => {
    await expectSkipped(packet({ flags: 2, nextPacketSize: 0 }), 'multifd-packet-size', PAGES + 20);
    await expectSkipped(packet({ flags: 2, nextPacketSize: 0x10_0001 }), 'multifd-packet-size', PAGES + 20);
    await expectSkipped(packet({ flags: 4, nextPacketSize: 0xffff_ffff }), 'multifd-packet-size', PAGES + 20);
    const seen = await expectSkipped(packet({ flags: 2, nextPacketSize: 0x10_0000 }), 'truncated', PAGES + HEADER);
    expect(seen.problems[0]!.path).toBe('multifd zlib payload');
  });

  it('is for no block, or for one that nobody declared', async () => {
    const seen = await expectNoted(packet({ block: 'pc.rom' }), 'multifd-block', PAGES + 64);
    expect(seen.problems[0]!.message).toBe('packet for unknown block pc.rom');
    await expectNoted(packet({ block: '\0' }), 'multifd-block', PAGES + 64);
    const endless = await expectNoted(packet({ block: 'x'.repeat(256) }), 'multifd-block', PAGES + 64);
    expect(endless.packets[1]!.block).toBe('x'.repeat(255));
  });

  it('has pages outside their block or off their boundaries', async () => {
    const payload = pagesOf([0]);
    const at = PAGES + 320;
    await expectNoted(packet({ normal: [0x10_0000], payload }), 'multifd-offset', at);
    await expectNoted(packet({ normal: [0x10], payload }), 'multifd-offset', at);
    await expectNoted(packet({ normal: [2 ** 53 + 0x1000], payload }), 'multifd-offset', at);
    await expectNoted(packet({ normal: [0x1000], zero: [0x10_1000, 0x10_2000] }), 'multifd-offset', at + 8);
  });

  it('is the first one', async () => {
    const rest = [syncPacket(0), ramPacket({ num: 1, normal: [0] })];
    const magic = await decode(Buffer.concat([initialPacket({ magic: 0x44332211 }), ...rest]));
    expect(problems(magic)).toEqual([['MIG170', 'multifd-init', 0]]);
    expect(skipped(magic)).toEqual([[0, 64]]);
    expect(magic.packets).toHaveLength(2);
    expect(magic.end.complete).toBe(false);
    const version = await decode(Buffer.concat([initialPacket({ version: 2 }), ...rest]));
    expect(problems(version)).toEqual([['MIG170', 'multifd-init', 4]]);
    expect(version.end.complete).toBe(true);
  });

  it('leads to many problems, and they are bounded', async () => {
    const seen = await decode(Buffer.concat([initialPacket(), ...Array<Buffer>(1200).fill(packet({ flags: 0x80 }))]));
    expect(seen.problems).toHaveLength(1001);
    expect(seen.packets).toHaveLength(1200);
  });
});

describe('device state packet that is wrong', () => {
  const expectDevice = async (wrong: Buffer, at: number): Promise<Seen> =>
    expectNoted(wrong, 'multifd-device-packet', PAGES + at);
  const count = ({ events }: Seen) => events.filter(({ kind }) => kind === 'device-packet').length;

  it('is too short', async () => {
    expect(count(await expectDevice(devicePacket({ payload: Buffer.alloc(0) }), 272))).toBe(0);
    expect(count(await expectDevice(devicePacket({ payload: Buffer.alloc(11) }), 272))).toBe(0);
  });

  it('says SYNC, has no idstr, or is of another version', async () => {
    expect(count(await expectDevice(devicePacket({ flags: 0x41 }), 8))).toBe(1);
    expect(count(await expectDevice(devicePacket({ idstr: 'x'.repeat(256) }), 12))).toBe(1);
    expect(count(await expectDevice(devicePacket({ payload: vfioPayload(0, Buffer.alloc(9), 0, 1) }), 276))).toBe(0);
  });

  it('has the index that no loader takes', async () => {
    const seen = await expectDevice(devicePacket({ payload: vfioPayload(0xffff_ffff, Buffer.alloc(9)) }), 280);
    expect(seen.events.find(({ kind }) => kind === 'device-packet')).toMatchObject({ index: 0xffff_ffff });
  });

  it('is longer than the channel', async () => {
    await expectSkipped(devicePacket({ nextPacketSize: 0x1_0000 }), 'truncated', PAGES + 276);
    await expectSkipped(devicePacket({ nextPacketSize: 0xffff_ffff }), 'truncated', PAGES + 276);
    await expectSkipped(devicePacket({ nextPacketSize: 0xffff_ffff }), 'too-large', PAGES + 276, { seekable: false });
  });
});

describe('compressed multifd channel that is damaged', () => {
  const parts = [[0], [0x1000], [0x2000]];
  const channel = (payloads: readonly Uint8Array[]) =>
    Buffer.concat([
      initialPacket(),
      ...payloads.map((payload, i) => ramPacket({ flags: 2, num: i, normal: parts[i]!, zero: [0x5000], payload })),
      syncPacket(9),
    ]);

  it('goes on to count packets, but cannot unpack them', async () => {
    const payloads = await zlibPayloads(parts.map((part) => pagesOf(part)));
    payloads[0]!.fill(0xff, 4, 12);
    const seen = await decode(channel(payloads));
    const second = 64 + HEADER + payloads[0]!.length + HEADER;
    expect(problems(seen)).toEqual([
      ['MIG180', 'multifd-payload', 64 + HEADER],
      ['MIG181', 'multifd-stream-lost', second],
    ]);
    expect(seen.packets).toHaveLength(4);
    expect(seen.pages.map((seenPage) => seenPage.page)).toEqual(['zero', 'zero', 'zero']);
    const lost = payloads.reduce((sum, { length }) => sum + length, 0);
    expect(seen.end).toMatchObject({
      explainedBytes: seen.end.bytes - lost,
      lastGoodOffset: 64,
      complete: false,
    });
  });

  it('does not take up the stream behind a gap', async () => {
    const payloads = await zlibPayloads(parts.map((part) => pagesOf(part)));
    const data = channel(payloads);
    data[64 + HEADER + payloads[0]!.length] = 0;
    const seen = await decode(data);
    expect(seen.problems.map(({ rule }) => rule)).toEqual(['multifd-magic', 'multifd-stream-lost']);
    expect(seen.pages.map(({ asBuilt }) => asBuilt)).toEqual([true, false, false]);
  });

  it('loses one packet where each stands by itself', async () => {
    const good = ramPacket({
      flags: 8,
      normal: [0],
      payload: Buffer.concat([Buffer.from([0, 0, 0x10, 0]), pagesOf([0])]),
    });
    const bad = ramPacket({ flags: 8, normal: [0], payload: Buffer.from([0, 0, 0, 1, 0xff]) });
    const seen = await decode(Buffer.concat([initialPacket(), good, bad, good]));
    expect(seen.problems.map(({ rule }) => rule)).toEqual(['multifd-payload']);
    expect(seen.pages).toHaveLength(2);
    expect(seen.end.explainedBytes).toBe(seen.end.bytes - 5);
  });
});

describe('multifd channel of chance', () => {
  /** A small generator, so that a failure can be repeated. */
  const random = (seed: number) => () => (seed = (Math.imul(seed, 1103515245) + 12345) >>> 0) / 2 ** 32;

  it('never stops the decoder', async () => {
    const payloads = await zlibPayloads([pagesOf([0, 0x1000]), pagesOf([0x2000])]);
    const sound = Buffer.concat([
      initialPacket(),
      syncPacket(0),
      ramPacket({ num: 1, flags: 2, normal: [0, 0x1000], payload: payloads[0]! }),
      devicePacket(),
      ramPacket({ num: 2, flags: 2, normal: [0x2000], zero: [0], payload: payloads[1]! }),
      ramPacket({ num: 3, normal: [0] }),
      syncPacket(4),
    ]);
    for (let seed = 1; seed <= 400; seed++) {
      const next = random(seed);
      const data = Buffer.from(sound);
      for (let hits = 1 + next() * 6; hits > 0; hits--) {
        const at = Math.floor(next() * data.length);
        if (next() < 0.7) data[at] = next() * 256;
        else data.copyWithin(at, Math.floor(next() * data.length));
      }
      const { end, events } = await decode(data, seed % 2 ? { pageSize: undefined } : {});
      expect(end.kind).toBe('end');
      expect(end.bytes).toBe(data.length);
      expect([seed, end.explainedBytes >= 0 && end.explainedBytes <= data.length]).toEqual([seed, true]);
      expect(end.lastGoodOffset).toBeLessThanOrEqual(data.length);
      const gaps = events.flatMap((event) => (event.kind === 'skipped' ? [event.length] : []));
      expect(gaps.every((length) => length >= 0)).toBe(true);
    }
  });
});
