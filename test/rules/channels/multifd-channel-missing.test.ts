import { describe, expect, it } from 'vitest';
import { initialPacket } from '../../build/multifd.js';
import { multifd } from '../captures.js';
import { brief, judgeCapture } from '../harness.js';

describe('multifd-channel-missing', () => {
  it('names the highest id, and those that are not there', async () => {
    const { files } = multifd({ second: { init: initialPacket({ id: 3 }) } });
    const findings = await judgeCapture(files);
    expect(brief(findings)).toEqual([['multifd-channel-missing', 'error', 'channel-02.bin', 24]]);
    expect(findings[0]!.message).toBe('there is a multifd channel 3, and channels 1, 2 are not there');
  });

  it('names what its packets take with them as a consequence', async () => {
    const { files } = multifd();
    const findings = await judgeCapture({ 'main.bin': files['main.bin']!, 'channel-02.bin': files['channel-02.bin']! });
    expect(brief(findings)).toEqual([['multifd-channel-missing', 'error', 'channel-02.bin', 24]]);
    expect(findings[0]!.related.map(({ message }) => message)).toContain(
      'packet 2 and 1 more of generation 1 on no channel',
    );
  });

  it('is silent where all are there, in whatever order', async () => {
    const { files } = multifd();
    const swapped = { 'channel-01.bin': files['channel-02.bin']!, 'channel-02.bin': files['channel-01.bin']! };
    expect(await judgeCapture({ 'main.bin': files['main.bin']!, ...swapped })).toEqual([]);
  });
});
