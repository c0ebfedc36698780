import { deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { initialPacket, page, pagesOf, ramPacket, syncPacket, withLengths, zlibPayloads } from '../build/multifd.js';
import { bytes } from './sections/harness.js';
import { brief, expectSound, type Seen } from './multifd-harness.js';

const HEADER = 1344;

describe('compressed multifd channel', () => {
  const offsets = [[0, 0x1000], [0x3000], [0x1000, 0, 0x2000]];

  const compressed = (flags: number, payloads: readonly Uint8Array[]): Buffer =>
    Buffer.concat([
      initialPacket(),
      syncPacket(0),
      ...payloads.map((payload, i) => ramPacket({ flags, num: i + 1, normal: offsets[i]!, zero: [0x8000], payload })),
      syncPacket(9),
    ]);

  const expectPages = (seen: Seen, method: string): void => {
    const normal = seen.pages.filter((seenPage) => seenPage.page === 'normal');
    expect(normal.map(({ address }) => address)).toEqual(offsets.flat());
    expect(normal.every(({ asBuilt }) => asBuilt)).toBe(true);
    expect(normal[0]!.offset).toBe(64 + HEADER);
    expect(seen.pages.filter((seenPage) => seenPage.page === 'zero')).toHaveLength(3);
    expect(seen.packets.slice(1, -1).map((packet) => [packet.method, packet.unpackedLength])).toEqual(
      offsets.map((pages) => [method, pages.length * 0x1000]),
    );
  };

  it('by zlib', async () => {
    const payloads = await zlibPayloads(offsets.map((pages) => pagesOf(pages)));
    const seen = await expectSound(compressed(2, payloads));
    expectPages(seen, 'zlib');
    expect(seen.packets[1]!.payloadLength).toBe(payloads[0]!.length);
  });

  it('by zstd, in blocks as they are', async () => {
    const block = (pages: readonly number[]): Buffer => {
      const data = pagesOf(pages);
      const header = Buffer.alloc(4);
      header.writeUInt32LE(data.length << 3, 0);
      return Buffer.concat([header.subarray(0, 3), data]);
    };
    const [first, ...rest] = offsets.map(block);
    expectPages(await expectSound(compressed(4, [Buffer.concat([bytes('28b52ffd0048'), first!]), ...rest])), 'zstd');
  });

  it.each([
    ['qpl', 8, (pages: readonly number[]) => withLengths(pages.map((at) => deflateRawSync(page(at))))],
    ['uadk', 0x10, (pages: readonly number[]) => withLengths(pages.map((at) => deflateSync(page(at))))],
    ['qatzip', 0x20, (pages: readonly number[]) => gzipSync(pagesOf(pages))],
  ] as const)('by %s (synthetic)', async (method, flags, pack) => {
    expectPages(await expectSound(compressed(flags, offsets.map(pack))), method);
  });

  it('up to 8.2: SYNC with pages and its twin', async () => {
    const payloads = await zlibPayloads(offsets.map((pages) => pagesOf(pages)));
    const data = Buffer.concat([
      initialPacket(),
      ramPacket({ flags: 3, num: 3, normal: offsets[0]!, payload: payloads[0]! }),
      ramPacket({ num: 3, pagesAlloc: 128 }),
      ramPacket({ flags: 2, num: 4, normal: offsets[1]!, payload: payloads[1]! }),
    ]);
    expect(brief(await expectSound(data)).map(([, kind]) => kind)).toEqual(['sync', 'twin', 'pages']);
  });
});
