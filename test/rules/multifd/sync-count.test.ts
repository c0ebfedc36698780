import { describe, expect, it } from 'vitest';
import { join } from '../../build/bytes.js';
import { configuration, end, part, RAM } from '../../build/elements.js';
import { ramPacket, syncPacket } from '../../build/multifd.js';
import { eos, flush } from '../../build/ram.js';
import { legacyMultifd, multifd } from '../captures.js';
import { brief, judgeCapture } from '../harness.js';
import { NOTHING } from '../streams.js';

describe('sync-count', () => {
  it('names the channel that lacks a SYNC, where it ends, and what follows from that', async () => {
    const { files, main, first, second } = multifd({ second: { sync1: NOTHING } });
    const findings = await judgeCapture(files);
    expect(brief(findings)).toEqual([['sync-count', 'error', 'channel-02.bin', second.bytes.length]]);
    expect(findings[0]!.related).toEqual([
      { message: 'the sync point that it has no SYNC for', channel: 'main.bin', offset: main.at('end') + 5 },
      { message: 'packet 6 of generation 1 on no channel', channel: 'channel-01.bin', offset: first.at('sync1') },
      expect.objectContaining({ channel: 'channel-01.bin', offset: first.at('sync2') }),
    ]);
  });

  it('names one SYNC too many, and is graver when pages follow', async () => {
    const extra = { first: { tail: syncPacket(9) } };
    const last = multifd(extra);
    expect(brief(await judgeCapture(last.files))).toEqual([
      ['sync-count', 'warning', 'channel-01.bin', last.first.at('tail')],
    ]);
    const early = multifd({
      first: { last: join(syncPacket(7), ramPacket({ num: 8, normal: [0] })), sync2: syncPacket(10) },
      second: { sync2: syncPacket(9) },
    });
    const findings = await judgeCapture(early.files);
    expect(findings.map(({ rule, severity }) => [rule, severity])).toEqual([['sync-count', 'error']]);
  });

  it('names the main channel when all channels agree against it', async () => {
    const { files, main } = multifd({ main: { pass: part(RAM.id, eos()) } });
    expect(brief(await judgeCapture(files))).toEqual([['sync-count', 'error', 'main.bin', main.bytes.length]]);
    const more = multifd({ main: { end: end(RAM.id, join(flush(), flush(), eos())) } });
    expect(brief(await judgeCapture(more.files))).toEqual([
      ['sync-count', 'error', 'main.bin', more.main.at('end') + 5 + 8],
    ]);
  });

  it('counts EOS with old machine types', async () => {
    const { files, second } = legacyMultifd({ second: { sync2: NOTHING } });
    expect(brief(await judgeCapture(files))).toEqual([['sync-count', 'error', 'channel-02.bin', second.bytes.length]]);
  });

  it('allows one more at the end with machine types up to 9.2', async () => {
    const { files } = multifd({
      main: {
        configuration: configuration('pc-q35-9.2', { pageBits: 12 }),
        switchover: NOTHING,
        end: end(RAM.id, eos()),
      },
    });
    expect(await judgeCapture(files)).toEqual([]);
  });

  it('does not judge a main channel that was cut', async () => {
    const { files, main } = multifd({ second: { sync2: NOTHING } });
    const cut = { ...files, 'main.bin': files['main.bin']!.subarray(0, main.at('end') + 5) };
    expect(brief(await judgeCapture(cut))).toEqual([['truncated', 'error', 'main.bin', main.at('end') + 5]]);
  });
});
