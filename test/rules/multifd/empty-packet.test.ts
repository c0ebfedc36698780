import { describe, expect, it } from 'vitest';
import { ramPacket } from '../../build/multifd.js';
import { legacyMultifd, multifd } from '../captures.js';
import { brief, judgeCapture } from '../harness.js';

describe('empty-packet', () => {
  it('names it', async () => {
    const { files, first } = multifd({ first: { tail: ramPacket({ num: 9 }) } });
    expect(brief(await judgeCapture(files))).toEqual([['empty-packet', 'warning', 'channel-01.bin', first.at('tail')]]);
  });

  it('is silent about a twin', async () => {
    expect(await judgeCapture(legacyMultifd().files)).toEqual([]);
  });
});
