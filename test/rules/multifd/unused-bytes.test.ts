import { describe, expect, it } from 'vitest';
import { initialPacket, ramPacket, syncPacket } from '../../build/multifd.js';
import { legacyMultifd, multifd } from '../captures.js';
import { brief, judgeCapture } from '../harness.js';

/** The packet with a byte in it. */
function withByte(packet: Buffer, at: number): Buffer {
  packet[at] = 1;
  return packet;
}

describe('unused-bytes', () => {
  it.each([
    ['the first packet', 'init', withByte(initialPacket({ id: 0 }), 63)],
    ['the reserved words of a packet', 'pages', withByte(ramPacket({ num: 2, normal: [0], zero: [0x1000] }), 40)],
    ['the name of a packet without pages', 'sync1', syncPacket(5, { block: 'pc.ram' })],
    ['the entries behind the pages', 'pages', withByte(ramPacket({ num: 2, normal: [0], zero: [0x1000] }), 340)],
    ['the page count', 'pages', ramPacket({ num: 2, normal: [0], zero: [0x1000], pagesAlloc: 64 })],
  ] as const)('names %s', async (_, piece, packet) => {
    const { files, first } = multifd({ first: { [piece]: packet } });
    expect(brief(await judgeCapture(files))).toEqual([['unused-bytes', 'warning', 'channel-01.bin', first.at(piece)]]);
  });

  it('is silent about what releases up to 9.1 leave in the header', async () => {
    expect(await judgeCapture(legacyMultifd().files)).toEqual([]);
  });
});
