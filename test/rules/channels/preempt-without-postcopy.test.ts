import { describe, expect, it } from 'vitest';
import { urgentPage } from '../captures.js';
import { brief, judgeCapture } from '../harness.js';
import { NOTHING, precopy } from '../streams.js';

describe('preempt-without-postcopy', () => {
  it('names the first page', async () => {
    const files = { 'main.bin': precopy().bytes, 'channel-01.bin': urgentPage(0, 'pc.ram') };
    expect(brief(await judgeCapture(files))).toEqual([['preempt-without-postcopy', 'error', 'channel-01.bin', 0]]);
  });

  it('is silent about a channel that was never used', async () => {
    expect(await judgeCapture({ 'main.bin': precopy().bytes, 'channel-01.bin': NOTHING })).toEqual([]);
  });
});
