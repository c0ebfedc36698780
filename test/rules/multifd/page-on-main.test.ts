import { describe, expect, it } from 'vitest';
import { join, noise } from '../../build/bytes.js';
import { part, RAM } from '../../build/elements.js';
import { ramPacket } from '../../build/multifd.js';
import { eos, flush, page, zero } from '../../build/ram.js';
import { legacyMultifd, multifd } from '../captures.js';
import { brief, judgeCapture } from '../harness.js';

describe('page-on-main', () => {
  it('names a page', async () => {
    const { files, main } = multifd({
      main: { pass: part(RAM.id, join(page(0x2000, noise(0x1000), 'pc.ram'), flush(), eos())) },
      second: { pages: ramPacket({ num: 3, zero: [0x3000], block: 'pc.ram2' }) },
    });
    const findings = await judgeCapture(files);
    expect(brief(findings)).toContainEqual(['page-on-main', 'warning', 'main.bin', main.at('pass') + 5]);
  });

  it('names a zero page, when packets have some as well', async () => {
    const { files, main, first } = multifd({
      main: { pass: part(RAM.id, join(zero(0, 'pc.ram'), flush(), eos())) },
      first: { pages: ramPacket({ num: 2, zero: [0x1000] }) },
    });
    const findings = await judgeCapture(files);
    expect(brief(findings)).toEqual([['page-on-main', 'warning', 'main.bin', main.at('pass') + 5]]);
    expect(findings[0]!.related).toEqual([
      { message: 'the first packet with zero pages', channel: 'channel-01.bin', offset: first.at('pages') },
    ]);
  });

  it('is silent about zero pages on the main channel alone', async () => {
    expect(await judgeCapture(legacyMultifd().files)).toEqual([]);
  });
});
