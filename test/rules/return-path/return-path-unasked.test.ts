import { describe, expect, it } from 'vitest';
import { preempt, shut } from '../captures.js';
import { brief, judgeCapture } from '../harness.js';
import { precopy } from '../streams.js';

describe('return-path-unasked', () => {
  it('names the first message', async () => {
    const files = { 'main.bin': precopy().bytes, 'return-path.bin': shut() };
    expect(brief(await judgeCapture(files))).toEqual([['return-path-unasked', 'warning', 'return-path.bin', 0]]);
  });

  it('is silent behind OPEN_RETURN_PATH', async () => {
    expect(await judgeCapture(preempt())).toEqual([]);
  });
});
