import { describe, expect, it } from 'vitest';
import { ANSWERS, preempt, recovery } from '../captures.js';
import { brief, judgeCapture } from '../harness.js';

describe('shut-missing', () => {
  it('names the end of the return path', async () => {
    const answers = ANSWERS.subarray(0, -8);
    expect(brief(await judgeCapture(preempt({ answers })))).toEqual([
      ['shut-missing', 'warning', 'return-path.bin', answers.length],
    ]);
  });

  it('is silent about a connection that was lost', async () => {
    expect((await judgeCapture(recovery())).map(({ rule }) => rule)).toEqual(['truncated']);
  });
});
