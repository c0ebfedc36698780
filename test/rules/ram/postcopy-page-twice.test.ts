import { describe, expect, it } from 'vitest';
import { join, noise } from '../../build/bytes.js';
import { discard, end, RAM } from '../../build/elements.js';
import { eos, page, zero } from '../../build/ram.js';
import { preempt, recovery, RESUMED, urgentPage } from '../captures.js';
import { brief, judgeCapture, judgeMain } from '../harness.js';
import { postcopy } from '../streams.js';

describe('postcopy-page-twice', () => {
  it('names a page of main channel and preempt channel', async () => {
    const files = preempt({ main: { end: end(RAM.id, join(zero(0x2000, 'pc.ram'), eos())) } });
    expect(brief(await judgeCapture(files))).toEqual([['postcopy-page-twice', 'error', 'channel-01.bin', 0]]);
  });

  it('names a page of the main channel, and counts the others', async () => {
    const { bytes, at } = postcopy({
      end: end(RAM.id, join(zero(0x2000, 'pc.ram'), zero(0x2000), page(0x2000, noise(0x1000)), eos())),
    });
    const findings = await judgeMain(bytes);
    expect(brief(findings)).toEqual([
      ['postcopy-page-twice', 'error', 'main', at('end') + 5 + zero(0, 'pc.ram').length],
    ]);
    expect(findings[0]!.message).toBe('page 0x2000 of pc.ram comes twice in postcopy (and 1 more)');
  });

  it('names a page that came before and was not discarded', async () => {
    const { bytes, at } = postcopy({
      discard: discard('pc.ram', [0x2000, 0x1000]),
      end: end(RAM.id, join(zero(0x1000, 'pc.ram'), zero(0x2000), eos())),
    });
    const findings = await judgeMain(bytes);
    expect(brief(findings)).toEqual([['postcopy-page-twice', 'error', 'main', at('end') + 5]]);
    expect(findings[0]!.message).toBe('page 0x1000 of pc.ram comes in postcopy, but was not discarded');
  });

  it('is silent about what is sent again behind a lost connection', async () => {
    const broken = postcopy();
    const files = recovery({ resumed: RESUMED });
    const main = join(broken.bytes.subarray(0, broken.at('end') + 5 + zero(0x2000, 'pc.ram').length));
    expect((await judgeCapture({ ...files, 'main.bin': main })).map(({ severity }) => severity)).toEqual(['info']);
    expect(await judgeCapture(preempt({ urgent: urgentPage(0x2000, 'pc.ram') }))).toEqual([]);
  });
});
