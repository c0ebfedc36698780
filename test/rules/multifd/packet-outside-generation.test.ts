import { describe, expect, it } from 'vitest';
import { ramPacket } from '../../build/multifd.js';
import { legacyMultifd, multifd } from '../captures.js';
import { brief, judgeCapture } from '../harness.js';
import { NOTHING } from '../streams.js';

describe('packet-outside-generation', () => {
  it('names a packet behind a SYNC that it was sent before', async () => {
    const moved = ramPacket({ num: 4, zero: [0], block: 'pc.rom' });
    const { files, second } = multifd({ second: { more: NOTHING, last: moved } });
    const findings = await judgeCapture(files);
    expect(brief(findings)).toEqual([['packet-outside-generation', 'warning', 'channel-02.bin', second.at('last')]]);
    expect(findings[0]).toMatchObject({ expected: 'above 6', found: '4' });
  });

  it('is silent about the twin of a SYNC', async () => {
    expect(await judgeCapture(legacyMultifd().files)).toEqual([]);
  });
});
