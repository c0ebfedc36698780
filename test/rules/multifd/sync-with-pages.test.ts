import { describe, expect, it } from 'vitest';
import { syncPacket } from '../../build/multifd.js';
import { legacyMultifd, multifd } from '../captures.js';
import { brief, judgeCapture } from '../harness.js';
import { NOTHING } from '../streams.js';

describe('sync-with-pages', () => {
  it('is an error for 9.2.0, which does not read them', async () => {
    const { files, first } = legacyMultifd();
    expect(brief(await judgeCapture(files, { target: { version: '9.2.0' } }))).toEqual([
      ['sync-with-pages', 'error', 'channel-01.bin', first.at('merged')],
    ]);
    expect(await judgeCapture(files, { target: { version: '9.2.1' } })).toEqual([]);
    expect(await judgeCapture(files, { target: { version: '8.2' } })).toEqual([]);
  });

  it('names one from a source that does not merge them', async () => {
    const { files, second } = multifd({
      second: { more: NOTHING, sync1: syncPacket(4, { zero: [0], block: 'pc.rom' }), sync2: syncPacket(7) },
      first: { sync2: syncPacket(6) },
    });
    expect(brief(await judgeCapture(files))).toEqual([
      ['sync-with-pages', 'warning', 'channel-02.bin', second.at('sync1')],
    ]);
  });

  it('names a SYNC with a method and no pages', async () => {
    const { files, first } = multifd({ first: { sync1: syncPacket(5, { flags: 3 }) } });
    expect(brief(await judgeCapture(files))).toEqual([
      ['sync-with-pages', 'warning', 'channel-01.bin', first.at('sync1')],
    ]);
  });

  it('names the packet that stands where the twin of a merged SYNC has to', async () => {
    const { files, first } = legacyMultifd({ first: { twin: NOTHING } });
    const findings = await judgeCapture(files);
    expect(brief(findings)).toEqual([['sync-with-pages', 'warning', 'channel-01.bin', first.at('sync2')]]);
    expect(findings[0]!.related).toEqual([
      { message: 'the SYNC', channel: 'channel-01.bin', offset: first.at('merged') },
    ]);
  });

  it('is silent about a merged SYNC with its twin', async () => {
    expect(await judgeCapture(legacyMultifd().files)).toEqual([]);
  });
});
