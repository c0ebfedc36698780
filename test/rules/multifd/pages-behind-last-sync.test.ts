import { describe, expect, it } from 'vitest';
import { ramPacket } from '../../build/multifd.js';
import { deviceState, multifd } from '../captures.js';
import { brief, judgeCapture } from '../harness.js';

describe('pages-behind-last-sync', () => {
  it('names the first of them', async () => {
    const { files, first } = multifd({ first: { tail: ramPacket({ num: 9, normal: [0x2000] }) } });
    expect(brief(await judgeCapture(files))).toEqual([
      ['pages-behind-last-sync', 'error', 'channel-01.bin', first.at('tail')],
    ]);
  });

  it('is silent about device state there', async () => {
    expect(await judgeCapture(deviceState().files)).toEqual([]);
  });
});
