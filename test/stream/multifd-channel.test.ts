import { describe, expect, it } from 'vitest';
import { devicePacket, initialPacket, ramPacket, syncPacket, vfioPayload } from '../build/multifd.js';
import { bytes } from './sections/harness.js';
import { brief, decode, expectSound, KNOWN } from './multifd-harness.js';

const HEADER = 1344;

describe('multifd channel', () => {
  it('of 9.2 and later: SYNC, pages and zero pages, SYNC', async () => {
    const uuid = '00112233445566778899aabbccddeeff';
    const data = Buffer.concat([
      initialPacket({ id: 3, uuid }),
      syncPacket(2),
      ramPacket({ num: 4, normal: [0x3000, 0x1000], zero: [0x2000, 0] }),
      ramPacket({ num: 5, zero: [0x4000] }),
      syncPacket(9),
    ]);
    const seen = await expectSound(data);
    expect(seen.log.map(({ kind }) => kind)).toEqual([
      'begin',
      'multifd-init',
      'packet',
      ...['page', 'page', 'page', 'page', 'packet'],
      ...['page', 'packet'],
      'packet',
      'end',
    ]);
    expect(seen.events.slice(0, 2)).toEqual([
      { kind: 'begin', offset: 0, channel: 'channel', role: 'multifd' },
      { kind: 'multifd-init', offset: 0, length: 64, id: 3, uuid: '00112233-4455-6677-8899-aabbccddeeff' },
    ]);
    const at = 64 + HEADER;
    const common = { kind: 'page', block: 'pc.ram' };
    const zero = { ...common, page: 'zero', offset: at, size: 0, asBuilt: false };
    const normal = { ...common, page: 'normal', size: 0x1000, asBuilt: true };
    expect(seen.pages.slice(0, 4)).toEqual([
      { ...normal, address: 0x3000, offset: at + HEADER },
      { ...normal, address: 0x1000, offset: at + HEADER + 0x1000 },
      { ...zero, address: 0x2000 },
      { ...zero, address: 0 },
    ]);
    expect(seen.packets[1]).toEqual({
      kind: 'packet',
      offset: at,
      length: HEADER,
      payloadLength: 0x2000,
      unpackedLength: 0x2000,
      flags: 0,
      method: 'none',
      pagesAlloc: 128,
      nextPacketSize: 0x2000,
      packetNum: 4n,
      block: 'pc.ram',
      normalPages: 2,
      zeroPages: 2,
      sync: false,
      generation: 1,
      twin: false,
    });
    expect(brief(seen).map(([, kind, generation]) => [kind, generation])).toEqual([
      ['sync', 0],
      ['pages', 1],
      ['pages', 1],
      ['sync', 1],
    ]);
  });

  it('up to 8.1: what packets without pages say of sizes and names is left over', async () => {
    const stale = { pagesAlloc: 128, nextPacketSize: 0x80000, block: 'pc.ram', payload: Buffer.alloc(0) };
    const left = { ...stale, normal: [0x5000], normalPages: 0 };
    const data = Buffer.concat([
      initialPacket(),
      ramPacket({ flags: 1, num: 0, pagesAlloc: 128 }),
      ramPacket({ num: 3, normal: [0x5000] }),
      ramPacket({ flags: 1, num: 4, ...left }),
    ]);
    const seen = await expectSound(data);
    expect(brief(seen)).toEqual([
      [0, 'sync', 0, 0, 0, ''],
      [3, 'pages', 1, 1, 0, 'pc.ram'],
      [4, 'sync', 1, 0, 0, ''],
    ]);
    expect(seen.packets[2]).toMatchObject({ payloadLength: 0, unpackedLength: 0 });
  });

  it('up to 8.2: a SYNC may carry pages, and an empty packet repeats its number', async () => {
    const empty = { pagesAlloc: 128, block: 'pc.ram' };
    const data = Buffer.concat([
      initialPacket(),
      ramPacket({ flags: 1, num: 0, ...empty }),
      ramPacket({ flags: 1, num: 7, normal: [0, 0x1000] }),
      ramPacket({ num: 7, ...empty }),
      ramPacket({ num: 7, ...empty }),
      ramPacket({ num: 9, normal: [0] }),
      ramPacket({ num: 9, ...empty }),
      ramPacket({ flags: 1, num: 12, ...empty }),
      ramPacket({ num: 12, ...empty }),
    ]);
    expect(brief(await expectSound(data))).toEqual([
      [0, 'sync', 0, 0, 0, ''],
      [7, 'sync', 1, 2, 0, 'pc.ram'],
      [7, 'twin', 1, 0, 0, ''],
      [7, 'pages', 2, 0, 0, ''],
      [9, 'pages', 2, 1, 0, 'pc.ram'],
      [9, 'pages', 2, 0, 0, ''],
      [12, 'sync', 2, 0, 0, ''],
      [12, 'pages', 3, 0, 0, ''],
    ]);
  });

  it('of 9.0: pages_alloc is there without pages, the rest is empty', async () => {
    const data = Buffer.concat([
      initialPacket(),
      syncPacket(1, { pagesAlloc: 128, block: 'pc.ram' }),
      ramPacket({ num: 2, zero: [0x1000, 0x2000] }),
    ]);
    expect(brief(await expectSound(data))).toEqual([
      [1, 'sync', 0, 0, 0, ''],
      [2, 'pages', 1, 0, 2, 'pc.ram'],
    ]);
  });

  it('with device state between RAM packets', async () => {
    const config = vfioPayload(1, bytes('ffffffffef100002'), 1);
    const data = Buffer.concat([
      initialPacket(),
      syncPacket(0),
      devicePacket({ instance: 2 }),
      ramPacket({ num: 1, normal: [0] }),
      devicePacket({ payload: config }),
      devicePacket({ payload: vfioPayload(2, Buffer.alloc(0)) }),
      syncPacket(2),
    ]);
    const seen = await expectSound(data);
    const packets = seen.events.filter((event) => event.kind === 'device-packet');
    expect(packets[0]).toEqual({
      kind: 'device-packet',
      offset: 64 + HEADER,
      length: 276,
      payloadLength: 17,
      idstr: '0000:00:02.0/vfio',
      instance: 2,
      index: 0,
      flags: 0,
      config: false,
      data: Uint8Array.from(Buffer.from('state')),
    });
    expect(packets.map(({ index, config: last, data: { length } }) => [index, last, length])).toEqual([
      [0, false, 5],
      [1, true, 8],
      [2, false, 0],
    ]);
  });

  it('with packets that a window does not hold', async () => {
    const normal = Array.from({ length: 128 }, (_, i) => i * 0x1000);
    const full = [1, 2, 3, 4, 5].map((num) => ramPacket({ num, normal }));
    const data = Buffer.concat([initialPacket(), ...full]);
    const seen = await decode(data);
    expect(seen.end.explainedBytes).toBe(data.length);
    expect(seen.pages).toHaveLength(640);
    expect(seen.pages.every(({ asBuilt }) => asBuilt)).toBe(true);
    expect((await decode(data, { chunk: 100_003, seekable: false })).log).toEqual(seen.log);
  });

  it('is held where the sink says so', async () => {
    const data = Buffer.concat([initialPacket(), syncPacket(0), ramPacket({ num: 1, normal: [0] }), syncPacket(2)]);
    const held: unknown[] = [];
    await decode(data, {
      chunk: 1,
      drain: async (log, cursor) => {
        held.push([log.at(-1)!.kind, cursor.seen]);
        await Promise.resolve();
      },
    });
    expect(held).toEqual([
      ['multifd-init', 64],
      ['packet', 64 + HEADER],
      ['packet', 64 + 2 * HEADER + 0x1000],
      ['packet', 64 + 3 * HEADER + 0x1000],
    ]);
  });
});

describe('page size of a multifd channel', () => {
  const alone = { pageSize: undefined, findBlock: () => undefined, blocksListed: false };

  it.each([0x400, 0x1000, 0x2000, 0x4000, 0x1_0000])('of %i bytes is inferred', async (pageSize) => {
    const sync = syncPacket(0, { pageSize });
    const pages = ramPacket({ num: 1, normal: [0, pageSize], pageSize });
    for (const data of [
      Buffer.concat([initialPacket(), sync, pages]),
      Buffer.concat([initialPacket(), pages, sync]),
      Buffer.concat([initialPacket(), sync]),
    ]) {
      for (const chunk of [1 << 20, 7]) {
        const seen = await decode(data, { ...alone, chunk });
        expect(seen.problems).toEqual([]);
        expect(seen.end.complete).toBe(true);
        expect(seen.events.filter((event) => event.kind === 'page-size').map((event) => event.pageSize)).toEqual([
          pageSize,
        ]);
      }
    }
  });

  it('is that of the main channel where it is known', async () => {
    const data = Buffer.concat([initialPacket(), syncPacket(0, { pageSize: 0x2000 })]);
    const seen = await decode(data, { pageSize: 0x2000 });
    expect(seen.end.complete).toBe(true);
    expect(seen.events.some((event) => event.kind === 'page-size')).toBe(false);
    expect((await decode(data, { ...alone, pageSize: 0x30_0000 })).end.complete).toBe(true);
  });

  it('is assumed where nothing tells', async () => {
    const seen = await decode(Buffer.concat([initialPacket(), syncPacket(0), Buffer.alloc(9, 1)]), alone);
    expect(seen.problems.map(({ rule }) => rule)).toEqual(['ram-page-size', 'truncated']);
    expect(seen.packets).toHaveLength(1);
  });

  it('goes with blocks that the main channel has not declared yet', async () => {
    const data = Buffer.concat([initialPacket(), ramPacket({ num: 1, normal: [0x7fff_f000] })]);
    const seen = await decode(data, alone);
    expect(seen.problems).toEqual([]);
    expect(seen.pages[0]).toMatchObject({ block: 'pc.ram', address: 0x7fff_f000 });
    let asked = 0;
    const late = await decode(Buffer.concat([data, data.subarray(64)]), {
      findBlock: (name) => (asked++ === 0 ? undefined : KNOWN.findBlock(name)),
      blocksListed: false,
    });
    expect(late.problems.map(({ rule, offset }) => [rule, offset])).toEqual([
      ['multifd-offset', 64 + HEADER + 0x1000 + 320],
    ]);
  });
});
