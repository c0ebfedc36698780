import { describe, expect, it } from 'vitest';
import { ramPacket, syncPacket } from '../../build/multifd.js';
import { legacyMultifd, multifd } from '../captures.js';
import { brief, judgeCapture } from '../harness.js';

describe('size-without-pages', () => {
  it('names a size in a packet of zero pages', async () => {
    const pages = ramPacket({ num: 3, zero: [0x2000], nextPacketSize: 0x1000 });
    const { files, second } = multifd({ second: { pages } });
    expect(brief(await judgeCapture(files))).toEqual([
      ['size-without-pages', 'warning', 'channel-02.bin', second.at('pages') + 20],
    ]);
  });

  it('names one in a SYNC of a release that clears the header', async () => {
    const { files, first } = multifd({ first: { sync1: syncPacket(5, { nextPacketSize: 1 }) } });
    expect(brief(await judgeCapture(files))).toEqual([
      ['size-without-pages', 'warning', 'channel-01.bin', first.at('sync1') + 20],
    ]);
  });

  it('is an error with methods whose receivers look at it', async () => {
    const pages = ramPacket({ num: 3, flags: 8, zero: [0x2000], nextPacketSize: 0x1000 });
    const { files, second } = multifd({ second: { pages } });
    expect(brief(await judgeCapture(files))).toEqual([
      ['size-without-pages', 'error', 'channel-02.bin', second.at('pages') + 20],
    ]);
  });

  it('is silent about what releases up to 8.1 leave in a packet', async () => {
    expect(await judgeCapture(legacyMultifd().files)).toEqual([]);
  });
});
