import { describe, expect, it } from 'vitest';
import { ramPacket, syncPacket } from '../../build/multifd.js';
import { multifd } from '../captures.js';
import { brief, judgeCapture } from '../harness.js';
import { NOTHING } from '../streams.js';

describe('pages-before-first-sync', () => {
  it('names the first packet with pages', async () => {
    const { files, first } = multifd({
      first: {
        init: Buffer.concat([
          multifd().files['channel-01.bin']!.subarray(0, 64),
          ramPacket({ num: 0, normal: [0], zero: [0x1000] }),
        ]),
        sync0: syncPacket(2),
        pages: NOTHING,
      },
      second: { pages: ramPacket({ num: 3, zero: [0x2000] }) },
    });
    expect(brief(await judgeCapture(files))).toEqual([['pages-before-first-sync', 'warning', 'channel-01.bin', 64]]);
    expect(first.at('sync0')).toBeGreaterThan(64);
  });

  it('is silent about pages behind it', async () => {
    expect(await judgeCapture(multifd().files)).toEqual([]);
  });
});
