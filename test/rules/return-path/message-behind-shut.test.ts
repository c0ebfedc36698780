import { describe, expect, it } from 'vitest';
import { join } from '../../build/bytes.js';
import { ANSWERS, preempt, request } from '../captures.js';
import { brief, judgeCapture } from '../harness.js';

describe('message-behind-shut', () => {
  it('names the first message', async () => {
    const answers = join(ANSWERS, request(0x2000, 'pc.ram'), request(0x2000));
    expect(brief(await judgeCapture(preempt({ answers })))).toEqual([
      ['message-behind-shut', 'warning', 'return-path.bin', ANSWERS.length],
    ]);
  });

  it('is silent where SHUT is the last', async () => {
    expect(await judgeCapture(preempt())).toEqual([]);
  });
});
