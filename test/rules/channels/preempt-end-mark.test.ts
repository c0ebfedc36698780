import { describe, expect, it } from 'vitest';
import { join } from '../../build/bytes.js';
import { configuration, end, RAM } from '../../build/elements.js';
import { eos } from '../../build/ram.js';
import { urgentPage } from '../captures.js';
import { brief, judgeCapture } from '../harness.js';
import { NOTHING, postcopy } from '../streams.js';

const files = (machine: string, channel: Buffer): Readonly<Record<string, Buffer>> => {
  const old = machine.endsWith('7.2') ? { switchover: NOTHING } : {};
  const main = postcopy({ configuration: configuration(machine), end: end(RAM.id, eos()), ...old });
  return { 'main.bin': main.bytes, 'channel-01.bin': channel };
};
const page = urgentPage(0x2000, 'pc.ram');

describe('preempt-end-mark', () => {
  it('misses EOS with machine types up to 7.2', async () => {
    expect(brief(await judgeCapture(files('pc-q35-7.2', page)))).toEqual([
      ['preempt-end-mark', 'warning', 'channel-01.bin', page.length],
    ]);
    expect(await judgeCapture(files('pc-q35-7.2', join(page, eos())))).toEqual([]);
  });

  it('names it with later ones', async () => {
    expect(brief(await judgeCapture(files('pc-q35-10.0', join(page, eos()))))).toEqual([
      ['preempt-end-mark', 'warning', 'channel-01.bin', page.length],
    ]);
    expect(await judgeCapture(files('pc-q35-10.0', page))).toEqual([]);
  });
});
