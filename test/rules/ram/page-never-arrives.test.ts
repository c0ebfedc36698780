import { describe, expect, it } from 'vitest';
import { discard } from '../../build/elements.js';
import { preempt } from '../captures.js';
import { brief, judgeCapture } from '../harness.js';
import { NOTHING, postcopy } from '../streams.js';

describe('page-never-arrives', () => {
  it('names what was discarded, where it was', async () => {
    const range = discard('pc.ram', [0x1000, 0x2000]);
    const findings = await judgeCapture(preempt({ main: { discard: range } }));
    expect(brief(findings)).toEqual([['page-never-arrives', 'error', 'main.bin', postcopy().at('discard')]]);
    expect(findings[0]!.message).toBe('page 0x1000 of pc.ram discarded and never sent again');
  });

  it('counts pages, and takes ranges together', async () => {
    const ranges = discard('pc.ram', [0, 0x1000], [0x1000, 0x2000]);
    const findings = await judgeCapture(preempt({ main: { discard: ranges }, urgent: NOTHING }));
    expect(findings[0]!.message).toBe('page 0x0 of pc.ram and 2 more discarded and never sent again');
  });

  it('is silent where all of it arrives, on any channel', async () => {
    expect(await judgeCapture(preempt())).toEqual([]);
  });
});
