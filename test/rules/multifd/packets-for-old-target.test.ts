import { describe, expect, it } from 'vitest';
import { pagesOf, ramPacket, zlibPayloads } from '../../build/multifd.js';
import { deviceState, legacyMultifd, multifd } from '../captures.js';
import { judgeCapture } from '../harness.js';

const rules = async (files: Readonly<Record<string, Buffer>>, version: string): Promise<unknown[]> =>
  (await judgeCapture(files, { target: { version } }))
    .filter(({ rule }) => rule === 'packets-for-old-target')
    .map(({ severity, message, channel, offset }) => [severity, message, channel, offset]);

describe('packets-for-old-target', () => {
  it('names zero pages for a destination before 9.0', async () => {
    const { files, first, second } = multifd();
    const [finding] = (await rules(files, '8.2')) as [[string, string, string, number]];
    expect(finding.slice(0, 2)).toEqual(['error', 'zero pages in packets, which 8.2 does not know']);
    expect([first.at('pages'), second.at('pages')]).toContain(finding[3]);
    expect(await rules(files, '9.0')).toEqual([]);
  });

  it('names device state for one before 10.0', async () => {
    const { files, second } = deviceState();
    expect(await rules(files, '9.2')).toEqual([
      ['error', 'device state in packets, which 9.2 does not know', 'channel-02.bin', second.at('last')],
    ]);
    expect(await rules(files, '10.0')).toEqual([]);
  });

  it('names a method that is newer', async () => {
    const [payload] = await zlibPayloads([pagesOf([0x1000])]);
    const merged = ramPacket({ num: 3, flags: 2, normal: [0x1000], payload: payload! });
    const { files, second } = legacyMultifd({ second: { merged } });
    expect(await rules(files, '4.2')).toEqual([
      ['error', 'packets compressed by zlib, which 4.2 does not know', 'channel-02.bin', second.at('merged')],
    ]);
    expect(await rules(files, '5.0')).toEqual([]);
  });
});
