import { describe, expect, it } from 'vitest';
import { pagesOf, ramPacket, zlibPayloads } from '../../build/multifd.js';
import { multifd } from '../captures.js';
import { judgeCapture } from '../harness.js';

const compressed = async (num: number, offset: number): Promise<Buffer> => {
  const [payload] = await zlibPayloads([pagesOf([offset])]);
  return ramPacket({ num, flags: 2, normal: [offset], payload: payload! });
};

describe('method-between-channels', () => {
  it('names the second method', async () => {
    const { files, first, second } = multifd({ second: { pages: await compressed(3, 0x2000) } });
    const findings = await judgeCapture(files);
    expect(findings.map(({ rule, severity }) => [rule, severity])).toEqual([['method-between-channels', 'error']]);
    const [{ channel, offset }] = findings as [(typeof findings)[0]];
    expect([
      ['channel-01.bin', first.at('pages') + 8],
      ['channel-02.bin', second.at('pages') + 8],
    ]).toContainEqual([channel, offset]);
  });

  it('is silent where all channels have one', async () => {
    const { files } = multifd({
      first: { pages: await compressed(2, 0), more: ramPacket({ num: 3, flags: 2, zero: [0x1000] }) },
      second: { pages: await compressed(4, 0x2000), more: ramPacket({ num: 5, flags: 2, zero: [0], block: 'pc.rom' }) },
    });
    expect((await judgeCapture(files)).map(({ rule }) => rule)).not.toContain('method-between-channels');
  });
});
