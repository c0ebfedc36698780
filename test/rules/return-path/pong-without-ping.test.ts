import { describe, expect, it } from 'vitest';
import { join } from '../../build/bytes.js';
import { pong, preempt, request, shut } from '../captures.js';
import { brief, judgeCapture } from '../harness.js';
import { postcopy } from '../streams.js';

const judge = (answers: Buffer): ReturnType<typeof judgeCapture> => judgeCapture(preempt({ answers }));

describe('pong-without-ping', () => {
  it('names an answer to nothing', async () => {
    const answers = join(pong(1), pong(2), pong(4), pong(3), pong(9), request(0x2000, 'pc.ram'), shut());
    expect(brief(await judge(answers))).toEqual([['pong-without-ping', 'warning', 'return-path.bin', 32]]);
  });

  it('names a question without an answer, when the destination has finished', async () => {
    const answers = join(pong(1), pong(4), pong(3), request(0x2000, 'pc.ram'), shut());
    expect(brief(await judge(answers))).toEqual([['pong-without-ping', 'warning', 'main.bin', postcopy().at('ping2')]]);
  });

  it('is silent about answers in another order', async () => {
    expect(await judge(join(pong(1), pong(2), pong(3), pong(4), request(0x2000, 'pc.ram'), shut()))).toEqual([]);
  });
});
