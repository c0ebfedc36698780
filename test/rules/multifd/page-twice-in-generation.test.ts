import { describe, expect, it } from 'vitest';
import { join } from '../../build/bytes.js';
import { part, RAM } from '../../build/elements.js';
import { ramPacket, syncPacket } from '../../build/multifd.js';
import { eos, zero } from '../../build/ram.js';
import { legacyMultifd, multifd } from '../captures.js';
import { brief, judgeCapture } from '../harness.js';

describe('page-twice-in-generation', () => {
  it('names a page of two channels', async () => {
    const { files, first, second } = multifd({ second: { pages: ramPacket({ num: 3, zero: [0x2000, 0x1000] }) } });
    const findings = await judgeCapture(files);
    const [{ channel, offset }] = findings as [(typeof findings)[0]];
    expect(findings.map(({ rule, severity }) => [rule, severity])).toEqual([['page-twice-in-generation', 'error']]);
    // Whichever is read later.
    expect([
      ['channel-01.bin', first.at('pages')],
      ['channel-02.bin', second.at('pages')],
    ]).toContainEqual([channel, offset]);
  });

  it('names a page that a packet has twice, and counts the others', async () => {
    const { files, first } = multifd({
      first: { pages: ramPacket({ num: 2, normal: [0, 0], zero: [0x1000, 0x1000] }) },
    });
    const findings = await judgeCapture(files);
    expect(brief(findings)).toEqual([
      ['page-twice-in-generation', 'error', 'channel-01.bin', first.at('pages') + 1344 + 0x1000],
    ]);
    expect(findings[0]!.message).toBe('page 0x0 of pc.ram and 1 others come twice in generation 1, in packets');
  });

  it('names a zero page of the main channel that a packet has as well', async () => {
    const { files } = legacyMultifd({
      main: { pass: part(RAM.id, join(zero(0x1000, 'pc.ram'), zero(0x2000), zero(0, 'pc.rom'), eos())) },
    });
    const findings = await judgeCapture(files);
    expect(findings.map(({ rule, message }) => [rule, message])).toEqual([
      ['page-twice-in-generation', 'page 0x1000 of pc.ram comes twice in generation 1, as a zero page and in a packet'],
    ]);
  });

  it('is silent about a page that comes again behind a sync', async () => {
    const { files } = multifd({
      first: { last: ramPacket({ num: 7, normal: [0] }), sync2: syncPacket(8) },
      second: { sync2: syncPacket(9) },
    });
    expect(await judgeCapture(files)).toEqual([]);
  });

  it('is silent about the race of 7.2: the last page of a full packet, and the first of the next one', async () => {
    const { files } = legacyMultifd({ second: { merged: ramPacket({ num: 3, normal: [0, 0x1000] }) } });
    expect(await judgeCapture(files)).toEqual([]);
  });
});
