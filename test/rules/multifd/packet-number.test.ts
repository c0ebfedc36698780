import { describe, expect, it } from 'vitest';
import type { Finding } from '../../../src/finding.js';
import { ramPacket, syncPacket } from '../../build/multifd.js';
import { legacyMultifd, multifd } from '../captures.js';
import { brief, judgeCapture } from '../harness.js';
import { NOTHING } from '../streams.js';

describe('packet-number', () => {
  it('names the packets that are on no channel, at the SYNC behind them', async () => {
    const { files, first } = multifd({ first: { pages: NOTHING } });
    const findings = await judgeCapture(files);
    expect(brief(findings).at(-1)).toEqual(['packet-number', 'error', 'channel-01.bin', first.at('sync1')]);
    expect(findings.at(-1)!.message).toBe('packet 2 of generation 1 on no channel');
  });

  it('names runs, and what more there is', async () => {
    const { files } = multifd({
      first: { sync1: syncPacket(10), sync2: syncPacket(12) },
      second: { more: ramPacket({ num: 8, zero: [0], block: 'pc.rom' }), sync1: syncPacket(11), sync2: syncPacket(13) },
    });
    const [finding] = await judgeCapture(files);
    expect(finding!.message).toBe('packets 4 to 7 and 1 more of generation 1 on no channel');
  });

  it('names a number that comes twice, and one that falls', async () => {
    const twice = multifd({
      first: { sync1: syncPacket(4), sync2: syncPacket(6) },
      second: { more: ramPacket({ num: 4, zero: [0], block: 'pc.rom' }), sync1: syncPacket(5), sync2: syncPacket(7) },
    });
    const [{ rule, severity, offset }] = (await judgeCapture(twice.files)) as [Finding];
    expect([rule, severity]).toEqual(['packet-number', 'warning']);
    expect([twice.first.at('sync1'), twice.second.at('more')]).toContain(offset);
    const falls = multifd({
      second: { pages: ramPacket({ num: 4, zero: [0x2000] }), more: ramPacket({ num: 3, zero: [0], block: 'pc.rom' }) },
    });
    expect(brief(await judgeCapture(falls.files))).toEqual([
      ['packet-number', 'warning', 'channel-02.bin', falls.second.at('more')],
    ]);
  });

  it('allows for numbers that merged SYNC packets leave out, and no more', async () => {
    expect(await judgeCapture(legacyMultifd().files)).toEqual([]);
    const { files, first } = legacyMultifd({
      second: { merged: NOTHING },
    });
    const findings = await judgeCapture(files);
    expect(brief(findings).at(-1)).toEqual(['packet-number', 'error', 'channel-01.bin', first.at('merged')]);
  });
});
